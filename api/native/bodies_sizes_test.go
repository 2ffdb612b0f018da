package native_test

import (
	"bytes"
	"compress/gzip"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestSizesOfBodies(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("lobby")
	body := func(size int) string {
		text := `{"body":"x","pad":"`
		return text + strings.Repeat("p", size-len(text)-2) + `"}`
	}
	s.Run(t, "CH-015 exactly 256 KiB", func(*testing.T) { ann.Post(apitest.Messages(room), body(256<<10)).Want(201) })
	s.Unchanged(t, func() {
		s.Run(t, "CH-015 one byte more", func(*testing.T) {
			ann.Post(apitest.Messages(room), body(256<<10+1)).Refused(413, "BODY_TOO_LARGE")
		})
		s.Run(t, "CH-015 one byte more, in chunks", func(*testing.T) {
			ann.Do("POST", apitest.Messages(room), apitest.Stream(strings.NewReader(body(256<<10+1)))).Refused(413, "BODY_TOO_LARGE")
		})
		s.Run(t, "CH-015 one blank more", func(*testing.T) {
			ann.Post(apitest.Messages(room), body(256<<10)+" ").Refused(413, "BODY_TOO_LARGE")
		})
	})
	s.Run(t, "CH-015 a read does not look at its body", func(*testing.T) {
		ann.Do("GET", apitest.Messages(room), body(1000)).Want(200)
	})
}

func TestTypesAndEncodingsOfBodies(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("lobby")
	body := zipped(t, []byte(`{"body":"x"}`))
	s.Unchanged(t, func() {
		for _, encoding := range []string{"gzip", "br", "deflate", "gzip, identity", "identity, gzip", "zstd", "x-gzip"} {
			s.Run(t, "CH-001 RS-070 Content-Encoding "+encoding, func(*testing.T) {
				ann.Post(apitest.Messages(room), body, "Content-Encoding: "+encoding).Refused(415, "UNSUPPORTED_MEDIA_TYPE")
			})
		}
		for _, media := range []string{
			"text/xml", "application/xml", "text/plain", "multipart/form-data; boundary=x", "image/png",
			"application/x-msgpack", "application/soap+xml", "application/json; charset=utf-16le", "application/json; charset=utf-16", "application/json; charset=iso-8859-1", ";",
		} {
			s.Run(t, "CH-001 RS-069 Content-Type "+media, func(*testing.T) {
				ann.Post(apitest.Messages(room), `{"body":"x"}`, "Content-Type: "+media).Refused(415, "UNSUPPORTED_MEDIA_TYPE")
			})
		}
	})
	for _, media := range []string{
		"application/json", "application/json; charset=UTF-8", "Application/JSON", "application/vnd.api+json",
		"application/x-www-form-urlencoded", "application/octet-stream", "",
	} {
		s.Run(t, "CH-001 JSON under Content-Type "+media, func(*testing.T) {
			ann.Post(apitest.Messages(room), `{"body":"x"}`, "Content-Type: "+media).Want(201)
		})
	}
	s.Run(t, "CH-001 Content-Encoding identity", func(*testing.T) {
		ann.Post(apitest.Messages(room), `{"body":"x"}`, "Content-Encoding: identity").Want(201)
	})
}

// allocated is how many bytes the process allocates while f runs, garbage and
// what is none of f's included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func zipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write(b)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return out.Bytes()
}

// TestRefusedBodiesCostLittle counts what the server and its client allocate
// for ten bodies each. The bounds are a fraction of what the bodies would take.
func TestRefusedBodiesCostLittle(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("lobby")
	const times = 10
	huge := strings.Repeat("[", 12<<20)
	bomb := zipped(t, make([]byte, 64<<20))
	tests := map[string]struct {
		body    func() any
		headers []string
		status  int
		code    string
		most    uint64 // bytes each
	}{
		"CH-015 RS-064 12 MB":           {func() any { return huge }, nil, 413, "BODY_TOO_LARGE", 1 << 20},
		"CH-015 RS-064 12 MB in chunks": {func() any { return apitest.Stream(strings.NewReader(huge)) }, nil, 413, "BODY_TOO_LARGE", 4 << 20},
		"CH-001 RS-070 a bomb": {
			func() any { return bomb }, []string{"Content-Encoding: gzip"}, 415, "UNSUPPORTED_MEDIA_TYPE", 1 << 20,
		},
		"CH-013 RS-062 100,000 deep": {func() any { return nested("[", 100_000, "]") }, nil, 400, "INVALID_REQUEST", 4 << 20},
	}
	for name, tt := range tests {
		s.Run(t, name, func(t *testing.T) {
			s.Unchanged(t, func() {
				used := allocated(func() {
					for range times {
						ann.Post(apitest.Messages(room), tt.body(), tt.headers...).Refused(tt.status, tt.code)
					}
				})
				require.Less(t, used, times*tt.most)
			})
			ann.Send(room, "the next one")
		})
	}
}
