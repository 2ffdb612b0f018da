package files_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestAFileFromUploadToDownload(t *testing.T) {
	s, ann, group := open(t)
	text := []byte(strings.Repeat("all work and no play\n", 500))
	s.Run(t, "CH-530 CH-534 CH-536 announced, sent, completed, attached and fetched", func(t *testing.T) {
		a := ann.Announce(group, "notes.txt", "text/plain", len(text)).Want(201)
		id := a.Text("upload_id")
		require.Equal(t, id, a.Text("asset_id"))
		require.Equal(t, "pending", a.Text("state"))
		require.Equal(t, "PUT", a.Text("method"))
		require.Equal(t, "text/plain", a.Text("headers", "Content-Type"))
		require.Equal(t, group, a.Text("channel_id"))
		require.InDelta(t, s.Clock.Now().Add(time.Hour).Unix(), a.Number("expires_at"), 3)
		require.Equal(t, "pending", ann.Get(apitest.Uploads(id)).Want(200).Text("state"))
		ann.Post(apitest.Uploads(id, "complete"), nil).Refused(409, "UPLOAD_INCOMPLETE")

		s.Fetch("PUT", a.Text("upload_url"), text).Want(204)
		require.Equal(t, "processing", ann.Get(apitest.Uploads(id)).Want(200).Text("state"))
		done := ann.Post(apitest.Uploads(id, "complete"), nil).Want(200)
		require.Equal(t, "ready", done.Text("state"))
		require.Equal(t, id, done.Text("asset_id"))
		require.Equal(t, int64(len(text)), done.Number("size_bytes"))
		require.Equal(t, "text/plain; charset=utf-8", done.Text("content_type"))
		require.Regexp(t, "^[0-9a-f]{64}$", done.Text("sha256"))
		require.JSONEq(t, string(done.Body), string(ann.Post(apitest.Uploads(id, "complete"), nil).Want(200).Body))
		require.JSONEq(t, string(done.Body), string(ann.Get(apitest.Uploads(id)).Want(200).Body))

		url := ann.FileURL(group, ann.Attach(group, id, "notes.txt", "text/plain", len(text)), "full")
		got := s.Fetch("GET", url, nil).Want(200)
		require.Equal(t, text, got.Body)
		require.Equal(t, "text/plain; charset=utf-8", got.Header.Get("Content-Type"))
		require.Equal(t, `"`+done.Text("sha256")+`"`, got.Header.Get("ETag"))
		require.Equal(t, `attachment; filename="notes.txt"; filename*=UTF-8''notes.txt`, got.Header.Get("Content-Disposition"))
		require.Equal(t, "sandbox; default-src 'none'", got.Header.Get("Content-Security-Policy"))
		require.Regexp(t, `^private, max-age=3[56]\d\d$`, got.Header.Get("Cache-Control"))
		require.NotEmpty(t, got.Header.Get("Last-Modified"))
	})
}

func TestPartsAndConditions(t *testing.T) {
	s, ann, group := open(t)
	text := []byte("0123456789")
	url := ann.FileURL(group, ann.Attach(group, ann.Upload(group, "a.txt", "text/plain", text), "a.txt", "text/plain", 10), "full")
	whole := s.Fetch("GET", url, nil).Want(200)
	tag, modified := whole.Header.Get("ETag"), whole.Header.Get("Last-Modified")
	s.Run(t, "CH-540 HEAD says the same and sends nothing", func(t *testing.T) {
		a := s.Fetch("HEAD", url, nil).Want(200)
		require.Empty(t, a.Body)
		require.Equal(t, "10", a.Header.Get("Content-Length"))
		for _, name := range []string{"ETag", "Last-Modified", "Content-Type", "Content-Disposition", "Content-Security-Policy"} {
			require.Equal(t, whole.Header.Get(name), a.Header.Get(name), name)
		}
	})
	for header, want := range map[string]string{
		"bytes=0-3": "0123", "bytes=7-": "789", "bytes=-2": "89", "bytes=9-99": "9",
	} {
		s.Run(t, "CH-541 Range "+header, func(t *testing.T) {
			a := s.Fetch("GET", url, nil, "Range: "+header).Want(206)
			require.Equal(t, want, string(a.Body))
			require.Contains(t, a.Header.Get("Content-Range"), "/10")
		})
	}
	s.Run(t, "CH-541 If-Range", func(t *testing.T) {
		require.Equal(t, "12", string(s.Fetch("GET", url, nil, "Range: bytes=1-2", "If-Range: "+tag).Want(206).Body))
		require.Equal(t, text, s.Fetch("GET", url, nil, "Range: bytes=1-2", `If-Range: "other"`).Want(200).Body)
		require.Equal(t, "12", string(s.Fetch("GET", url, nil, "Range: bytes=1-2", "If-Range: "+modified).Want(206).Body))
	})
	s.Run(t, "CH-541 If-None-Match and If-Modified-Since", func(t *testing.T) {
		require.Empty(t, s.Fetch("GET", url, nil, "If-None-Match: "+tag).Want(304).Body)
		require.Empty(t, s.Fetch("GET", url, nil, "If-Modified-Since: "+modified).Want(304).Body)
	})
	s.Run(t, "CH-541 several ranges are answered with all of it", func(t *testing.T) {
		require.Equal(t, text, s.Fetch("GET", url, nil, "Range: bytes="+strings.Repeat("0-0,", 2000)+"1-1").Want(200).Body)
	})
	s.Run(t, "CH-541 a range beyond the end", func(t *testing.T) {
		a := s.Fetch("GET", url, nil, "Range: bytes=10-")
		a.Refused(416, "RANGE_NOT_SATISFIABLE")
		require.Equal(t, "bytes */10", a.Header.Get("Content-Range"))
		require.Equal(t, "no-store", a.Header.Get("Cache-Control"))
		require.Empty(t, a.Header.Get("ETag"))
	})
	s.Run(t, "CH-541 a condition that fails", func(t *testing.T) {
		s.Fetch("GET", url, nil, `If-Match: "other"`).Refused(412, "PRECONDITION_FAILED")
	})
	s.Run(t, "CH-017 another method", func(t *testing.T) {
		for _, method := range []string{"POST", "DELETE", "PATCH"} {
			s.Fetch(method, url, nil).Refused(405, "METHOD_NOT_ALLOWED")
		}
	})
	s.Run(t, "CH-016 another path", func(t *testing.T) {
		for _, path := range []string{"/v1/assets/", "/v1/assets/demo", "/v1/assets/demo/1/2"} {
			s.Fetch("GET", s.URL+path, nil).Refused(404, "NOT_FOUND")
		}
	})
	s.Run(t, "CH-018 the request id comes back", func(t *testing.T) {
		require.Equal(t, "r-1", s.Fetch("GET", url, nil, "X-Request-Id: r-1").Want(200).Header.Get("X-Request-Id"))
	})
}

func TestSmallerSizesOfImages(t *testing.T) {
	s, ann, group := open(t)
	attach := func(name, contentType string, b []byte) string {
		return ann.Attach(group, ann.Upload(group, name, contentType, b), name, contentType, len(b))
	}
	photo := jpegOf(t, picture(2000, 1000))
	m := attach("photo.jpg", "image/jpeg", photo)
	s.Run(t, "CH-511 CH-544 each size by its longest edge", func(t *testing.T) {
		require.Equal(t, photo, s.Fetch("GET", ann.FileURL(group, m, "full"), nil).Want(200).Body)
		for edge, height := range map[string]int{"1600": 800, "512": 256, "256": 128, "128": 64} {
			url := ann.FileURL(group, m, edge)
			a := s.Fetch("GET", url, nil).Want(200)
			got, format := decoded(t, a)
			require.Equal(t, "jpeg", format)
			require.Equal(t, fmt.Sprintf("%sx%d", edge, height), fmt.Sprintf("%dx%d", got.Bounds().Dx(), got.Bounds().Dy()))
			require.Equal(t, `inline; filename="photo.jpg"; filename*=UTF-8''photo.jpg`, a.Header.Get("Content-Disposition"))
			require.Equal(t, a.Body, s.Fetch("GET", url, nil).Want(200).Body, "made once")
			require.Equal(t, a.Body[5:10], s.Fetch("GET", url, nil, "Range: bytes=5-9").Want(206).Body)
			require.Empty(t, s.Fetch("HEAD", url, nil).Want(200).Body)
		}
	})
	s.Run(t, "CH-544 a small image is not made larger", func(t *testing.T) {
		small := attach("a.png", "image/png", pngOf(t, picture(200, 100)))
		for size, width := range map[string]int{"1600": 200, "256": 200, "128": 128} {
			got, _ := decoded(t, s.Fetch("GET", ann.FileURL(group, small, size), nil).Want(200))
			require.Equal(t, width, got.Bounds().Dx(), size)
		}
	})
	s.Run(t, "CH-544 PNG when one can see through it", func(t *testing.T) {
		glass := picture(300, 300)
		glass.Pix[3] = 0
		a := s.Fetch("GET", ann.FileURL(group, attach("a.png", "image/png", pngOf(t, glass)), "256"), nil).Want(200)
		_, format := decoded(t, a)
		require.Equal(t, "png", format)
		require.Contains(t, a.Header.Get("Content-Disposition"), `"a.png"`)
	})
	s.Run(t, "CH-544 the first picture of a GIF", func(t *testing.T) {
		got, _ := decoded(t, s.Fetch("GET", ann.FileURL(group, attach("a.gif", "image/gif", gifOf(t, picture(300, 150))), "128"), nil).Want(200))
		require.Equal(t, 128, got.Bounds().Dx())
	})
	s.Run(t, "CH-544 what follows the image is not in the smaller ones", func(t *testing.T) {
		polyglot := append(bytes.Clone(photo), "<script>alert(1)</script>"...)
		a := s.Fetch("GET", ann.FileURL(group, attach("p.jpg", "image/jpeg", polyglot), "512"), nil).Want(200)
		require.NotContains(t, string(a.Body), "script")
	})
	s.Run(t, "CH-544 RS-124 a broken image has no smaller ones", func(t *testing.T) {
		broken := attach("b.jpg", "image/jpeg", photo[:len(photo)/2])
		s.Fetch("GET", ann.FileURL(group, broken, "full"), nil).Want(200)
		for range 2 {
			s.Fetch("GET", ann.FileURL(group, broken, "256"), nil).Refused(404, "ASSET_NOT_FOUND")
		}
	})
	s.Run(t, "CH-544 a file that is attached as an image and is none", func(t *testing.T) {
		id := ann.Upload(group, "a.txt", "text/plain", []byte("text"))
		lie := ann.Attach(group, id, "a.png", "image/png", 4)
		s.Fetch("GET", ann.FileURL(group, lie, "256"), nil).Refused(404, "ASSET_NOT_FOUND")
	})
}

func TestThereIsNoSuchAsset(t *testing.T) {
	s, ann, group := open(t)
	id := ann.Upload(group, "a.txt", "text/plain", []byte("secret"))
	s.Run(t, "CH-504 CH-543 a message may name what is not here", func(*testing.T) {
		s.Fetch("GET", ann.FileURL(group, ann.Attach(group, "77", "a.txt", "text/plain", 6), "full"), nil).Refused(404, "ASSET_NOT_FOUND")
	})
	s.Run(t, "CH-543 what was not completed", func(*testing.T) {
		a := ann.Announce(group, "b.txt", "text/plain", 6).Want(201)
		url := ann.FileURL(group, ann.Attach(group, a.Text("asset_id"), "b.txt", "text/plain", 6), "full")
		s.Fetch("GET", url, nil).Refused(404, "ASSET_NOT_FOUND")
		s.Fetch("PUT", a.Text("upload_url"), "secret").Want(204)
		s.Fetch("GET", url, nil).Refused(404, "ASSET_NOT_FOUND")
		ann.Post(apitest.Uploads(a.Text("upload_id"), "complete"), nil).Want(200)
		s.Fetch("GET", url, nil).Want(200)
	})
	s.Run(t, "CH-007 CH-543 RS-128 an asset of another app", func(*testing.T) {
		eve := s.App("other").User("ann")
		own := eve.Group("own")
		url := eve.FileURL(own, eve.Attach(own, id, "a.txt", "text/plain", 6), "full")
		require.Contains(t, url, "/v1/assets/other/"+id)
		s.Fetch("GET", url, nil).Refused(404, "ASSET_NOT_FOUND")
		s.Fetch("GET", strings.Replace(url, "/other/", "/demo/", 1), nil).Refused(403, "FORBIDDEN")
		eve.Get(apitest.Uploads(id)).Refused(404, "UPLOAD_NOT_FOUND")
		eve.Post(apitest.Uploads(id, "complete"), nil).Refused(404, "UPLOAD_NOT_FOUND")
	})
	s.Run(t, "RS-047 a removed member gets no new URL", func(t *testing.T) {
		bob := s.App("demo").User("bob")
		ann.Add(group, bob)
		message := ann.Attach(group, id, "a.txt", "text/plain", 6)
		cached := bob.FileURL(group, message, "full")
		ann.Delete(apitest.Members(group, "bob")).Want(204)
		bob.Get(apitest.AttachmentURL(group, message, "1")).Refused(403, "CHAT_NOT_MEMBER")
		s.Fetch("GET", cached, nil).Want(200)
		s.Clock.Advance(time.Hour + time.Second)
		s.Fetch("GET", cached, nil).Refused(403, "FORBIDDEN")
	})
}

func TestLargeFilesStream(t *testing.T) {
	s, ann, group := open(t)
	s.Run(t, "CH-502 CH-534 exactly 25 MiB", func(t *testing.T) {
		content := append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("x"), 25<<20-9)...)
		id := ann.Upload(group, "a.pdf", "application/pdf", content)
		a := s.Fetch(http.MethodGet, ann.FileURL(group, ann.Attach(group, id, "a.pdf", "application/pdf", len(content)), "full"), nil).Want(200)
		require.True(t, bytes.Equal(content, a.Body))
		require.Contains(t, a.Header.Get("Content-Disposition"), "attachment")
	})
}
