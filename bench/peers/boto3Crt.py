"""Uploads or restores a folder by boto3 with AWS's common runtime, all files side by side.

Arguments: `upload` or `restore`, folder, endpoint, prefix. The keys come from the environment.
"""

import os
import sys

import boto3
import botocore.session
from botocore.config import Config
from s3transfer.crt import (
    BotocoreCRTCredentialsWrapper,
    BotocoreCRTRequestSerializer,
    CRTTransferManager,
    create_s3_crt_client,
)

job, root, endpoint, prefix = sys.argv[1:]
region = os.environ["AWS_REGION"]
# The bucket in the path: the server has no name for it.
config = Config(s3={"addressing_style": "path"})
where = {"endpoint_url": endpoint, "region_name": region, "config": config}
client = boto3.client("s3", **where)
session = botocore.session.get_session()
credentials = BotocoreCRTCredentialsWrapper(session.get_credentials())
runtime = create_s3_crt_client(
    region, crt_credentials_provider=credentials.to_crt_credentials_provider(), use_ssl=False
)

futures = []
with CRTTransferManager(runtime, BotocoreCRTRequestSerializer(session, where)) as manager:
    if job == "upload":
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                key = prefix + os.path.relpath(path, root).replace(os.sep, "/")
                futures.append(manager.upload(path, "bench", key))
    else:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket="bench", Prefix=prefix)
        for page in pages:
            for entry in page.get("Contents", []):
                path = os.path.join(root, entry["Key"][len(prefix) :])
                os.makedirs(os.path.dirname(path), exist_ok=True)
                futures.append(manager.download("bench", entry["Key"], path))
for future in futures:
    future.result()
