package main

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func (s *store) answer(w http.ResponseWriter, r *http.Request) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	query := r.URL.Query()
	w.Header().Set("x-amz-request-id", "bench")
	// What a store can do is remembered only for one that says what it is.
	w.Header().Set("Server", "bareserver")
	switch {
	case bucket == "":
		write(w, `<ListAllMyBucketsResult><Buckets><Bucket><Name>bench</Name></Bucket></Buckets></ListAllMyBucketsResult>`)
	case key == "":
		s.ofBucket(w, r, bucket, query)
	case r.Method == "POST" && query.Has("uploads"):
		s.start(w, r, bucket, key)
	case r.Method == "POST" && query.Has("uploadId"):
		s.complete(w, r, bucket, key, query.Get("uploadId"))
	case r.Method == "PUT" && query.Has("uploadId"):
		s.part(w, r, query)
	case r.Method == "PUT":
		s.put(w, r, bucket, key)
	case r.Method == "GET" || r.Method == "HEAD":
		s.get(w, r, bucket, key)
	case r.Method == "DELETE":
		w.WriteHeader(204)
	default:
		fail(w, 501, "NotImplemented")
	}
}

func (s *store) ofBucket(w http.ResponseWriter, r *http.Request, bucket string, query url.Values) {
	switch {
	case r.Method != "GET":
		w.WriteHeader(200)
	case query.Has("location"):
		write(w, `<LocationConstraint/>`)
	case query.Has("versioning"):
		write(w, `<VersioningConfiguration/>`)
	default:
		s.list(w, bucket, query)
	}
}

func (s *store) list(w http.ResponseWriter, bucket string, query url.Values) {
	all := s.ordered(bucket)
	prefix := query.Get("prefix")
	after := max(query.Get("start-after"), query.Get("continuation-token"), query.Get("marker"))
	limit := 1000
	if asked, err := strconv.Atoi(query.Get("max-keys")); err == nil {
		limit = min(limit, asked)
	}
	from := sort.Search(len(all), func(at int) bool { return all[at].key >= prefix && all[at].key > after })
	var text bytes.Buffer
	isEncoded := query.Get("encoding-type") == "url"
	last, count, isTruncated := "", 0, false
	for ; from < len(all) && strings.HasPrefix(all[from].key, prefix); from++ {
		if count == limit {
			isTruncated = true
			break
		}
		each := all[from]
		key := each.key
		if isEncoded {
			key = strings.ReplaceAll(url.QueryEscape(key), "%2F", "/")
		} else {
			key = escaped(key)
		}
		fmt.Fprintf(&text, `<Contents><Key>%s</Key><LastModified>%s</LastModified><ETag>&quot;%s&quot;</ETag><Size>%d</Size><StorageClass>STANDARD</StorageClass></Contents>`,
			key, each.modified.UTC().Format("2006-01-02T15:04:05.000Z"), each.etag, each.size)
		last = each.key
		count++
	}
	head := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>%s</Name><Prefix>%s</Prefix><KeyCount>%d</KeyCount><MaxKeys>%d</MaxKeys><IsTruncated>%t</IsTruncated>`,
		bucket, escaped(prefix), count, limit, isTruncated)
	if isEncoded {
		head += `<EncodingType>url</EncodingType>`
	}
	if isTruncated {
		head += `<NextContinuationToken>` + escaped(last) + `</NextContinuationToken>`
	}
	write(w, head+text.String()+`</ListBucketResult>`)
}

func (s *store) put(w http.ResponseWriter, r *http.Request, bucket, key string) {
	received := s.receive(r)
	made := &object{
		key: key, size: received.size, etag: received.etag, crc32: received.crc32, body: received.body,
		modified: time.Now(), headers: keptHeaders(r),
	}
	if s.replace(w, r, bucket, made) {
		received.tell(w)
		w.WriteHeader(200)
	}
}

// replace stores an object, unless a condition forbids it.
func (s *store) replace(w http.ResponseWriter, r *http.Request, bucket string, made *object) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	objects := s.buckets[bucket]
	if objects == nil {
		fail(w, 404, "NoSuchBucket")
		return false
	}
	there := objects[made.key]
	match := strings.Trim(r.Header.Get("If-Match"), `"`)
	if (r.Header.Get("If-None-Match") == "*" && there != nil) || (match != "" && there != nil && there.etag != match) {
		fail(w, 412, "PreconditionFailed")
		return false
	}
	if match != "" && there == nil {
		fail(w, 404, "NoSuchKey")
		return false
	}
	objects[made.key] = made
	delete(s.sorted, bucket)
	return true
}

type received struct {
	size        int64
	etag, crc32 string
	body        []byte
}

func (b received) tell(w http.ResponseWriter) {
	w.Header().Set("ETag", `"`+b.etag+`"`)
	if b.crc32 != "" {
		w.Header().Set("x-amz-checksum-crc32", b.crc32)
		w.Header().Set("x-amz-checksum-type", "FULL_OBJECT")
	}
}

var buffers = sync.Pool{New: func() any { return bytes.NewBuffer(make([]byte, 0, 64<<10)) }}

// receive takes a body. An MD5 is computed where the client sent none and the body is small.
func (s *store) receive(r *http.Request) received {
	told := r.Header.Get("Content-MD5")
	got := received{crc32: r.Header.Get("x-amz-checksum-crc32")}
	isSmall := r.ContentLength <= 1<<20
	buffer := buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	defer buffers.Put(buffer)
	if isSmall || s.keep {
		_, _ = io.Copy(buffer, r.Body)
		got.size = int64(buffer.Len())
	} else {
		got.size, _ = io.Copy(io.Discard, r.Body)
	}
	if decoded, err := strconv.ParseInt(r.Header.Get("x-amz-decoded-content-length"), 10, 64); err == nil {
		got.size = decoded
	}
	switch {
	case told != "":
		digest, _ := base64.StdEncoding.DecodeString(told)
		got.etag = hex.EncodeToString(digest)
	case isSmall:
		digest := md5.Sum(buffer.Bytes())
		got.etag = hex.EncodeToString(digest[:])
	default:
		got.etag = fmt.Sprintf("%032x", crc32.ChecksumIEEE([]byte(got.crc32)))
	}
	if s.keep {
		got.body = bytes.Clone(buffer.Bytes())
	}
	return got
}

func keptHeaders(r *http.Request) map[string]string {
	kept := map[string]string{}
	for name, values := range r.Header {
		if name == "Content-Type" || strings.HasPrefix(name, "X-Amz-Meta-") {
			kept[name] = values[0]
		}
	}
	return kept
}

func (s *store) get(w http.ResponseWriter, r *http.Request, bucket, key string) {
	s.mutex.RLock()
	found := s.buckets[bucket][key]
	s.mutex.RUnlock()
	if found == nil {
		fail(w, 404, "NoSuchKey")
		return
	}
	if match := strings.Trim(r.Header.Get("If-Match"), `"`); match != "" && match != found.etag {
		fail(w, 412, "PreconditionFailed")
		return
	}
	head := w.Header()
	for name, value := range found.headers {
		head.Set(name, value)
	}
	head.Set("ETag", `"`+found.etag+`"`)
	head.Set("Last-Modified", found.modified.UTC().Format(http.TimeFormat))
	head.Set("Accept-Ranges", "bytes")
	start, end, status := int64(0), found.size, 200
	if asked := r.Header.Get("Range"); asked != "" {
		first, last, _ := strings.Cut(strings.TrimPrefix(asked, "bytes="), "-")
		start, _ = strconv.ParseInt(first, 10, 64)
		if until, err := strconv.ParseInt(last, 10, 64); err == nil {
			end = min(end, until+1)
		}
		status = 206
		head.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, end-1, found.size))
	} else if found.crc32 != "" && r.Header.Get("x-amz-checksum-mode") != "" {
		head.Set("x-amz-checksum-crc32", found.crc32)
		head.Set("x-amz-checksum-type", "FULL_OBJECT")
	}
	head.Set("Content-Length", strconv.FormatInt(end-start, 10))
	w.WriteHeader(status)
	if r.Method == "GET" {
		_, _ = io.CopyBuffer(struct{ io.Writer }{w}, found.reader(start, end), make([]byte, 256<<10))
	}
}

var uploadNumber int64

func (s *store) start(w http.ResponseWriter, r *http.Request, bucket, key string) {
	id := strconv.FormatInt(atomic.AddInt64(&uploadNumber, 1), 10)
	s.mutex.Lock()
	s.uploads[id] = &upload{headers: keptHeaders(r), sizes: map[int]int64{}, bodies: map[int][]byte{}}
	s.mutex.Unlock()
	if algorithm := r.Header.Get("x-amz-checksum-algorithm"); algorithm != "" {
		w.Header().Set("x-amz-checksum-algorithm", algorithm)
		w.Header().Set("x-amz-checksum-type", r.Header.Get("x-amz-checksum-type"))
	}
	write(w, `<InitiateMultipartUploadResult><Bucket>`+bucket+`</Bucket><Key>`+escaped(key)+`</Key><UploadId>`+id+`</UploadId></InitiateMultipartUploadResult>`)
}

func (s *store) part(w http.ResponseWriter, r *http.Request, query url.Values) {
	s.mutex.RLock()
	begun := s.uploads[query.Get("uploadId")]
	s.mutex.RUnlock()
	if begun == nil {
		fail(w, 404, "NoSuchUpload")
		return
	}
	got := s.receive(r)
	number, _ := strconv.Atoi(query.Get("partNumber"))
	begun.mutex.Lock()
	begun.sizes[number], begun.bodies[number] = got.size, got.body
	begun.mutex.Unlock()
	got.tell(w)
	w.WriteHeader(200)
}

func (s *store) complete(w http.ResponseWriter, r *http.Request, bucket, key, id string) {
	s.mutex.RLock()
	begun := s.uploads[id]
	s.mutex.RUnlock()
	var told struct {
		Parts []struct {
			Number int    `xml:"PartNumber"`
			ETag   string `xml:"ETag"`
		} `xml:"Part"`
	}
	if err := xml.NewDecoder(r.Body).Decode(&told); err != nil || begun == nil {
		fail(w, 404, "NoSuchUpload")
		return
	}
	made := &object{key: key, modified: time.Now(), headers: begun.headers, crc32: r.Header.Get("x-amz-checksum-crc32")}
	digests := md5.New()
	for _, part := range told.Parts {
		digest, _ := hex.DecodeString(strings.Trim(part.ETag, `"`))
		digests.Write(digest)
		made.size += begun.sizes[part.Number]
		made.body = append(made.body, begun.bodies[part.Number]...)
	}
	made.etag = fmt.Sprintf("%x-%d", digests.Sum(nil), len(told.Parts))
	if s.replace(w, r, bucket, made) {
		checksum := ""
		if made.crc32 != "" {
			checksum = `<ChecksumCRC32>` + made.crc32 + `</ChecksumCRC32><ChecksumType>FULL_OBJECT</ChecksumType>`
		}
		write(w, `<CompleteMultipartUploadResult><Bucket>`+bucket+`</Bucket><Key>`+escaped(key)+`</Key><ETag>&quot;`+made.etag+`&quot;</ETag>`+checksum+`</CompleteMultipartUploadResult>`)
	}
}

func write(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(200)
	_, _ = io.WriteString(w, text)
}

func fail(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>`+code+`</Code></Error>`)
}

func escaped(text string) string {
	var into bytes.Buffer
	_ = xml.EscapeText(&into, []byte(text))
	return into.String()
}
