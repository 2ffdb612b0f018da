package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// file is content that the program brings along, kept packed.
type file struct {
	mime, tag string
	packed    []byte // by gzip
}

// newFile has a weak tag: the content is the same, packed or not.
func newFile(mime string, packed []byte) file {
	sum := sha256.Sum256(packed)
	return file{mime, `W/"` + hex.EncodeToString(sum[:12]) + `"`, packed}
}

func pack(mime string, content []byte) file {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(content)
	if err := errors.Join(err, z.Close()); err != nil {
		panic(err) // a buffer takes everything
	}
	return newFile(mime, b.Bytes())
}

// size is that of the content: the end of what gzip makes holds it.
func (f file) size() uint32 { return binary.LittleEndian.Uint32(f.packed[len(f.packed)-4:]) }

// serve answers GET: 304 to a client that has the file. It may be kept, and is
// asked for anew each time.
func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "public, no-cache")
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", f.tag)
	if has(r, "If-None-Match", f.tag) || has(r, "If-None-Match", "*") {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.mime)
	if has(r, "Accept-Encoding", "gzip") {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(f.packed)))
		_, _ = w.Write(f.packed) // the client may have gone
		return
	}
	h.Set("Content-Length", strconv.FormatUint(uint64(f.size()), 10)) // as HEAD says it (CH-027)
	if z, err := gzip.NewReader(bytes.NewReader(f.packed)); err == nil {
		_, _ = io.Copy(w, z)
	}
}

// has reports whether a header that is a list names a value without refusing
// it by a quality of 0.
func has(r *http.Request, header, value string) bool {
	for entry := range strings.SplitSeq(strings.Join(r.Header.Values(header), ","), ",") {
		name, quality, _ := strings.Cut(entry, ";")
		if !strings.EqualFold(strings.TrimSpace(name), value) {
			continue
		}
		switch strings.ReplaceAll(quality, " ", "") {
		case "q=0", "q=0.0", "q=0.00", "q=0.000":
			return false
		}
		return true
	}
	return false
}
