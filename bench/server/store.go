package main

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

type object struct {
	key      string
	size     int64
	etag     string
	crc32    string
	modified time.Time
	headers  map[string]string
	// The bytes, which begin anew where they end before the object does.
	body []byte
}

type upload struct {
	headers map[string]string
	mutex   sync.Mutex
	sizes   map[int]int64
	bodies  map[int][]byte
}

type store struct {
	keep        bool
	mutex       sync.RWMutex
	buckets     map[string]map[string]*object
	sorted      map[string][]*object
	uploads     map[string]*upload
	connections int64
	countMutex  sync.Mutex
	counts      map[string]int64
}

func newStore(keep bool) *store {
	return &store{
		keep:    keep,
		buckets: map[string]map[string]*object{"bench": {}},
		sorted:  map[string][]*object{},
		uploads: map[string]*upload{},
		counts:  map[string]int64{},
	}
}

func (s *store) count(r *http.Request) {
	kind := r.Method
	query := r.URL.Query()
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case key == "" && r.Method == "GET" && !query.Has("versioning"):
		kind = "LIST"
	case query.Has("partNumber"):
		kind = "PUT part"
	}
	s.countMutex.Lock()
	s.counts[kind]++
	s.countMutex.Unlock()
}

// bench answers what the bench asks: counts since the last time, or the making of objects.
func (s *store) bench(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if prefix := query.Get("clear"); prefix != "" {
		s.clear(prefix)
	}
	if prefix := query.Get("make"); prefix != "" {
		count, _ := strconv.Atoi(query.Get("count"))
		size, _ := strconv.ParseInt(query.Get("size"), 10, 64)
		s.makeObjects(prefix, count, size)
	}
	if prefix := query.Get("fill"); prefix != "" {
		if err := s.fill(prefix, query.Get("root")); err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
	}
	s.countMutex.Lock()
	defer s.countMutex.Unlock()
	_ = json.NewEncoder(w).Encode(map[string]any{"requests": s.counts, "connections": s.connections})
	s.counts = map[string]int64{}
	s.connections = 0
}

func (s *store) clear(prefix string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for key := range s.buckets["bench"] {
		if strings.HasPrefix(key, prefix) {
			delete(s.buckets["bench"], key)
		}
	}
	delete(s.sorted, "bench")
}

func (s *store) makeObjects(prefix string, count int, size int64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	buffer := make([]byte, 256<<10)
	for index := 0; index < count; index++ {
		key := fmt.Sprintf("%s%03d/%06d.bin", prefix, index/100, index)
		block := make([]byte, min(size, 1<<20))
		state := uint32(index + 1)
		for at := range block {
			state = state*1664525 + 1013904223
			block[at] = byte(state >> 24)
		}
		made := &object{key: key, size: size, modified: time.Now(), body: block, headers: map[string]string{}}
		sum, check := md5.New(), crc32.NewIEEE()
		_, _ = io.CopyBuffer(io.MultiWriter(sum, check), made.reader(0, size), buffer)
		made.etag = hex.EncodeToString(sum.Sum(nil))
		made.crc32 = base64.StdEncoding.EncodeToString(check.Sum(nil))
		s.buckets["bench"][key] = made
	}
	delete(s.sorted, "bench")
}

// fill makes an object of each file below a folder, as if it had been uploaded.
func (s *store) fill(prefix, root string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.sorted, "bench")
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		below, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		sum, check := md5.Sum(body), crc32.NewIEEE()
		_, _ = check.Write(body)
		key := prefix + filepath.ToSlash(below)
		s.buckets["bench"][key] = &object{
			key: key, size: int64(len(body)), modified: time.Now(), body: body, headers: map[string]string{},
			etag:  hex.EncodeToString(sum[:]),
			crc32: base64.StdEncoding.EncodeToString(check.Sum(nil)),
		}
		return nil
	})
}

func (o *object) reader(start, end int64) io.Reader { return &cyclic{o.body, start, end} }

type cyclic struct {
	block   []byte
	at, end int64
}

func (c *cyclic) Read(into []byte) (int, error) {
	if c.at >= c.end {
		return 0, io.EOF
	}
	if len(c.block) == 0 {
		count := int(min(int64(len(into)), c.end-c.at))
		clear(into[:count])
		c.at += int64(count)
		return count, nil
	}
	from := c.at % int64(len(c.block))
	count := copy(into, c.block[from:min(int64(len(c.block)), from+c.end-c.at)])
	c.at += int64(count)
	return count, nil
}

func (s *store) ordered(bucket string) []*object {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if known := s.sorted[bucket]; known != nil {
		return known
	}
	all := make([]*object, 0, len(s.buckets[bucket]))
	for _, each := range s.buckets[bucket] {
		all = append(all, each)
	}
	sort.Slice(all, func(a, b int) bool { return all[a].key < all[b].key })
	s.sorted[bucket] = all
	return all
}
