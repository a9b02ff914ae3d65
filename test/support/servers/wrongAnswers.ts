import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

const space = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
/** The list of an empty bucket `b`. */
export const noObjects = `<ListBucketResult ${space}><Name>b</Name><IsTruncated>false</IsTruncated></ListBucketResult>`;
const noBuckets = `<ListAllMyBucketsResult ${space}><Buckets/></ListAllMyBucketsResult>`;

/** Answers of status 200 that are no answer to most of what is asked of a store. */
export const wrongAnswers: Readonly<Record<string, string>> = {
  'no body': '',
  'a page in HTML': '<!DOCTYPE html><html><body>Log in<br></body></html>',
  'a page in XHTML': '<html><head><title>Log in</title></head><body><p>Hello</p></body></html>',
  'another document': '<?xml version="1.0"?><rss/>',
  JSON: '{"Contents":[],"IsTruncated":false}',
  'a list of buckets': noBuckets,
  'a list of objects': noObjects,
  'a list with a prefix of another name': '<s:rss xmlns:s="u"/>',
  'a list that is cut off': noObjects.slice(0, -20),
};

/** A store that answers everything so. */
export function answering(body: string) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    request.resume();
    if (!request.complete) await once(request, 'end');
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}
