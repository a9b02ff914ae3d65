// An S3 server that answers at once and keeps bodies only where it is told to, so that a bench
// measures its clients. `serve` starts it; `measure` runs a program and tells what it took.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "measure" {
		measure(os.Args[2], os.Args[3:])
		return
	}
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	delay := flags.Duration("rtt", 0, "how long each answer is held back")
	keep := flags.Bool("keep", false, "keep the bodies of objects")
	behind := flags.String("behind", "", "let another server answer, and only count")
	_ = flags.Parse(os.Args[2:])
	store := newStore(*keep)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	var answer http.Handler = http.HandlerFunc(store.answer)
	if *behind != "" {
		answer = passOn(*behind)
	}
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/_bench" {
				store.bench(w, r)
				return
			}
			store.count(r)
			answer.ServeHTTP(&delayed{ResponseWriter: w, until: time.Now().Add(*delay)}, r)
		}),
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				atomic.AddInt64(&store.connections, 1)
			}
		},
	}
	panic(server.Serve(listener))
}

// passOn lets another server answer. The name of the host stays, since it is signed.
func passOn(to string) http.Handler {
	target, err := url.Parse(to)
	if err != nil {
		panic(err)
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
		},
		Transport:     &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true},
		FlushInterval: -1,
	}
}

// delayed holds the head of an answer back, as a distance would.
type delayed struct {
	http.ResponseWriter
	until time.Time
}

func (d *delayed) WriteHeader(status int) {
	time.Sleep(time.Until(d.until))
	d.ResponseWriter.WriteHeader(status)
}

// measure runs a program and writes its wall time, processor time and peak memory into a file.
func measure(into string, command []string) {
	program := exec.Command(command[0], command[1:]...)
	program.Stdin, program.Stdout, program.Stderr = os.Stdin, os.Stdout, os.Stderr
	begun := time.Now()
	err := program.Run()
	wall := time.Since(begun)
	state := program.ProcessState
	if state == nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(127)
	}
	usage := state.SysUsage().(*syscall.Rusage)
	text, _ := json.Marshal(map[string]any{
		"wallSeconds": wall.Seconds(),
		"userSeconds": state.UserTime().Seconds(),
		"sysSeconds":  state.SystemTime().Seconds(),
		"peakBytes":   usage.Maxrss * 1024,
		"exitCode":    state.ExitCode(),
	})
	if err := os.WriteFile(into, text, 0o600); err != nil {
		panic(err)
	}
}
