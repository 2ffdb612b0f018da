package files_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
	"parley/internal/assets"
	"parley/internal/server"
)

func announce(kind string, changes map[string]any) map[string]any {
	body := map[string]any{"upload_type": kind, "filename": "a.png", "content_type": "image/png", "size_bytes": 100}
	for name, v := range changes {
		body[name] = v
	}
	return body
}

func TestAnnouncingFiles(t *testing.T) {
	s, ann, group := open(t)
	eve, room := s.App("demo").User("eve"), ann.Room("r")
	s.Settle(t)
	post := func(u *apitest.User, kind string, changes map[string]any) *apitest.Answer {
		return u.Post(apitest.Uploads(), announce(kind, changes))
	}
	const attachment, emote = "chat_attachment", "emote"
	s.Run(t, "CH-530 CH-013 bodies that are no announcement", func(*testing.T) {
		for _, body := range []string{"", "[]", "{", `{"upload_type":7}`} {
			ann.Post(apitest.Uploads(), body).Refused(400, "INVALID_REQUEST")
		}
		for _, kind := range []string{"", "avatar", "Emote"} {
			post(ann, kind, nil).Refused(400, "INVALID_REQUEST")
		}
	})
	s.Run(t, "CH-531 CH-026 the channel comes before the file", func(*testing.T) {
		bad := map[string]any{"filename": ""}
		post(ann, attachment, bad).Refused(400, "INVALID_REQUEST")
		bad["channel_id"] = true
		post(ann, attachment, bad).Refused(400, "INVALID_REQUEST")
		for _, id := range []any{"1", "x", "9223372036854775808", 77} {
			bad["channel_id"] = id
			post(ann, attachment, bad).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
		}
		bad["channel_id"] = group
		post(eve, attachment, bad).Refused(403, "CHAT_NOT_MEMBER")
		post(ann, attachment, bad).Refused(400, "CHAT_INVALID_ATTACHMENT")
		post(eve, attachment, map[string]any{"channel_id": room}).Refused(403, "CHAT_NOT_MEMBER")
	})
	for name, change := range map[string]map[string]any{
		"CH-500 no name":            {"filename": nil},
		"CH-500 an empty name":      {"filename": ""},
		"CH-500 256 characters":     {"filename": strings.Repeat("é", 256)},
		"CH-500 RS-124 traversal":   {"filename": "../../etc/passwd"},
		"CH-500 RS-124 line breaks": {"filename": "a\r\nX-Evil: 1"},
		"CH-500 RS-124 5 KB":        {"filename": strings.Repeat("a", 5000)},
		"CH-502 nothing":            {"size_bytes": 0},
		"CH-502 one byte too many":  {"size_bytes": 25<<20 + 1},
		"CH-500 a size as text":     {"size_bytes": "100"},
		"CH-500 a broken size":      {"size_bytes": 1.5},
		"CH-500 a negative size":    {"size_bytes": -1},
		"CH-503 no type":            {"content_type": nil},
		"CH-503 another type":       {"content_type": "image/svg+xml"},
		"CH-503 a type with more":   {"content_type": "text/plain; charset=utf-8"},
	} {
		s.Run(t, "CH-531 "+name, func(*testing.T) {
			change["channel_id"] = group
			post(ann, attachment, change).Refused(400, "CHAT_INVALID_ATTACHMENT")
		})
	}
	s.Run(t, "CH-022 RS-124 U+0000 in a name", func(*testing.T) {
		post(ann, attachment, map[string]any{"channel_id": group, "filename": "a\x00b"}).Refused(400, "INVALID_REQUEST")
	})
	for name, change := range map[string]map[string]any{
		"CH-522 no shortcode":       {},
		"CH-522 a blank in it":      {"shortcode": "a b"},
		"CH-522 65 characters":      {"shortcode": strings.Repeat("x", 65)},
		"a JPEG":                    {"shortcode": "x", "content_type": "image/jpeg"},
		"one byte more than 1 MiB":  {"shortcode": "x", "size_bytes": 1<<20 + 1},
		"a name that is not a name": {"shortcode": "x", "filename": "a/b"},
	} {
		s.Run(t, "CH-532 emote: "+name, func(*testing.T) { post(ann, emote, change).Refused(400, "CHAT_INVALID_EMOTE") })
	}
	s.Run(t, "CH-532 an emote needs no channel", func(t *testing.T) {
		b := pngOf(t, picture(32, 32))
		a := post(ann, emote, map[string]any{"shortcode": "party_+-1", "size_bytes": len(b)}).Want(201)
		require.Equal(t, "party_+-1", a.Text("shortcode"))
		s.Fetch("PUT", a.Text("upload_url"), b).Want(204)
		require.Equal(t, "ready", ann.Post(apitest.Uploads(a.Text("upload_id"), "complete"), nil).Want(200).Text("state"))
	})
	s.Run(t, "CH-537 uploads are their uploader's", func(*testing.T) {
		id := ann.Announce(group, "a.txt", "text/plain", 1).Want(201).Text("upload_id")
		for _, u := range []string{id, "1", "x", "0", "9223372036854775808"} {
			eve.Get(apitest.Uploads(u)).Refused(404, "UPLOAD_NOT_FOUND")
			eve.Post(apitest.Uploads(u, "complete"), nil).Refused(404, "UPLOAD_NOT_FOUND")
		}
	})
}

func TestSendingBytes(t *testing.T) {
	s, ann, group := open(t)
	text := []byte("0123456789")
	a := ann.Announce(group, "a.txt", "text/plain", len(text)).Want(201)
	url, id := a.Text("upload_url"), a.Text("upload_id")
	for name, body := range map[string]any{
		"nothing": "", "one byte fewer": "012345678", "one byte fewer, in chunks": apitest.Stream(strings.NewReader("012345678")),
		"binary": "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09", "a PNG": "\x89PNG\r\n\x1a\n01",
	} {
		s.Run(t, "CH-535 "+name, func(t *testing.T) {
			s.Fetch("PUT", url, body).Refused(400, "INVALID_UPLOAD")
			require.Equal(t, "pending", ann.Get(apitest.Uploads(id)).Text("state"))
		})
	}
	for name, body := range map[string]any{
		"one byte more": "0123456789x", "one byte more, in chunks": apitest.Stream(strings.NewReader("0123456789x")),
		"a megabyte more, in chunks": apitest.Stream(bytes.NewReader(make([]byte, 1<<20))),
	} {
		s.Run(t, "CH-535 "+name, func(t *testing.T) {
			if strings.Contains(name, "megabyte") {
				body = apitest.Stream(strings.NewReader(strings.Repeat("x", 1<<20)))
			}
			s.Fetch("PUT", url, body).Refused(413, "BODY_TOO_LARGE")
			require.Equal(t, "pending", ann.Get(apitest.Uploads(id)).Text("state"))
		})
	}
	s.Run(t, "CH-535 compressed", func(*testing.T) {
		s.Fetch("PUT", url, text, "Content-Encoding: gzip").Refused(415, "UNSUPPORTED_MEDIA_TYPE")
	})
	s.Run(t, "CH-534 in chunks, and never twice", func(*testing.T) {
		s.Fetch("PUT", url, apitest.Stream(bytes.NewReader(text))).Want(204)
		s.Fetch("PUT", url, "9876543210").Refused(409, "UPLOAD_EXISTS")
		ann.Post(apitest.Uploads(id, "complete"), nil).Want(200)
		s.Fetch("PUT", url, "9876543210").Refused(409, "UPLOAD_EXISTS")
		require.Equal(t, text, s.Fetch("GET", ann.FileURL(group, ann.Attach(group, id, "a", "text/plain", 10), "full"), nil).Body)
	})
}

// mp4, webm, mp3, ogg and zip are the begins of such files, long enough to be
// told.
var begins = map[string]string{
	"video/mp4": "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2", "video/webm": "\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm",
	"audio/mpeg": "ID3\x03\x00\x00\x00\x00\x00\x21", "audio/ogg": "OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x1e\x01vorbis",
	"application/zip": "PK\x03\x04\x14\x00\x00\x00\x00\x00", "application/x-zip-compressed": "PK\x03\x04\x14\x00\x00\x00\x00\x00",
	"application/pdf": "%PDF-1.4\n", "text/plain": "plain",
}

func TestTypesAreToldByTheBytes(t *testing.T) {
	s, ann, group := open(t, func(c *server.Config) { c.Assets.Limits.Pending = 1000 })
	send := func(contentType string, b []byte) (*apitest.Answer, string) {
		a := ann.Announce(group, "a", contentType, len(b)).Want(201)
		return s.Fetch("PUT", a.Text("upload_url"), b, "Content-Type: "+contentType), a.Text("upload_id")
	}
	served := func(id string) string {
		return ann.Post(apitest.Uploads(id, "complete"), nil).Want(200).Text("content_type")
	}
	for declared, begin := range begins {
		s.Run(t, "CH-503 CH-535 "+declared, func(t *testing.T) {
			a, id := send(declared, []byte(begin + strings.Repeat("\x00", 100))[:len(begin)+100*min(1, strings.IndexByte(begin, 0)+1)])
			a.Want(204)
			want := map[string]string{"application/x-zip-compressed": "application/zip", "text/plain": "text/plain; charset=utf-8"}[declared]
			if want == "" {
				want = declared
			}
			require.Equal(t, want, served(id))
			for other := range begins {
				if other != declared && !(strings.Contains(other, "zip") && strings.Contains(declared, "zip")) {
					a, _ := send(other, []byte(begin+strings.Repeat("\x00", 100)))
					a.Refused(400, "INVALID_UPLOAD")
				}
			}
		})
	}
	s.Run(t, "CH-540 markup that was declared as text is served as text, to be saved", func(t *testing.T) {
		for _, markup := range []string{"<!DOCTYPE html><script>alert(1)</script>", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`, "{}", "#!/bin/sh\n"} {
			a, id := send("text/plain", []byte(markup))
			a.Want(204)
			require.Equal(t, "text/plain; charset=utf-8", served(id))
			got := s.Fetch("GET", ann.FileURL(group, ann.Attach(group, id, "a", "text/plain", 1), "full"), nil).Want(200)
			require.Equal(t, "text/plain; charset=utf-8", got.Header.Get("Content-Type"))
			require.Contains(t, got.Header.Get("Content-Disposition"), "attachment;")
		}
	})
	for name, b := range map[string][]byte{
		"SVG":                              []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"HTML":                             []byte("<html><script>alert(1)</script>"),
		"HTML before an image":             append([]byte("<html>"), pngOf(t, picture(2, 2))...),
		"a GIF's first bytes and a script": []byte("GIF89a=0;alert(1)//"),
		"a PNG's first bytes only":         []byte("\x89PNG\r\n\x1a\n"),
		"another image's bytes":            jpegOf(t, picture(2, 2)),
	} {
		s.Run(t, "RS-124 CH-535 "+name+" as an image", func(*testing.T) {
			for _, declared := range []string{"image/png", "image/gif", "image/webp"} {
				a, _ := send(declared, b)
				a.Refused(400, "INVALID_UPLOAD")
			}
		})
	}
	s.Run(t, "RS-124 CH-540 an image with a script behind it is an image and nothing else", func(t *testing.T) {
		b := append(gifOf(t, picture(4, 4)), "<script>alert(1)</script>"...)
		a, id := send("image/gif", b)
		a.Want(204)
		require.Equal(t, "image/gif", served(id))
		got := s.Fetch("GET", ann.FileURL(group, ann.Attach(group, id, "a", "image/gif", len(b)), "full"), nil).Want(200)
		require.Equal(t, "image/gif", got.Header.Get("Content-Type"))
		require.Equal(t, "sandbox; default-src 'none'", got.Header.Get("Content-Security-Policy"))
	})
	s.Run(t, "RS-124 CH-535 a header of 60,000 x 60,000 pixels", func(*testing.T) {
		for declared, b := range map[string][]byte{"image/png": hugePNG(t), "image/gif": hugeGIF(t), "image/jpeg": hugeJPEG(t)} {
			a, _ := send(declared, b)
			a.Refused(400, "INVALID_UPLOAD")
		}
	})
}

const hugeEdge = 60_000

func hugePNG(t *testing.T) []byte {
	b := pngOf(t, picture(2, 2))
	binary.BigEndian.PutUint32(b[16:], hugeEdge)
	binary.BigEndian.PutUint32(b[20:], hugeEdge)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func hugeGIF(t *testing.T) []byte {
	b := gifOf(t, picture(2, 2))
	binary.LittleEndian.PutUint16(b[6:], hugeEdge)
	binary.LittleEndian.PutUint16(b[8:], hugeEdge)
	return b
}

func hugeJPEG(t *testing.T) []byte {
	b := jpegOf(t, picture(2, 2))
	at := bytes.Index(b, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(b[at+5:], hugeEdge)
	binary.BigEndian.PutUint16(b[at+7:], hugeEdge)
	return b
}

func TestNamesOfFilesAreHarmless(t *testing.T) {
	s, ann, group := open(t)
	for name, want := range map[string]string{
		`..\..\boot.ini`:                  `inline; filename="....boot.ini"; filename*=UTF-8''....boot.ini`,
		`a"; filename="evil.html`:         `inline; filename="a__ filename=_evil.html"; filename*=UTF-8''a%22%3B%20filename%3D%22evil.html`,
		"..":                              `inline; filename="file"; filename*=UTF-8''file`,
		"\u202egnp.exe":                   `inline; filename="gnp.exe"; filename*=UTF-8''gnp.exe`,
		"grüße 100%.png":                  `inline; filename="gr__e 100_.png"; filename*=UTF-8''gr%C3%BC%C3%9Fe%20100%25.png`,
		"a\u2028b.png":                    `inline; filename="ab.png"; filename*=UTF-8''ab.png`,
		strings.Repeat("語", 250) + ".png": "",
	} {
		s.Run(t, "RS-124 CH-545 "+name[:min(len(name), 30)], func(t *testing.T) {
			b := pngOf(t, picture(2, 2))
			id := ann.Upload(group, name, "image/png", b)
			stored := ann.Get(apitest.Uploads(id)).Text("filename")
			require.LessOrEqual(t, len(stored), 255)
			got := s.Fetch("GET", ann.FileURL(group, ann.Attach(group, id, "a.png", "image/png", len(b)), "full"), nil).Want(200)
			if want == "" {
				require.True(t, strings.HasSuffix(stored, "語.png"), stored)
				return
			}
			require.Equal(t, want, got.Header.Get("Content-Disposition"))
		})
	}
}

func TestWhatAUserMayKeepIsBounded(t *testing.T) {
	s, ann, group := open(t, func(c *server.Config) {
		c.Assets.Limits = assets.Limits{Pending: 2, Files: 4, Bytes: 100}
	})
	bob := s.App("demo").User("bob")
	ann.Add(group, bob)
	s.Run(t, "CH-533 uploads that are not complete", func(t *testing.T) {
		first := ann.Announce(group, "a.txt", "text/plain", 4).Want(201)
		ann.Announce(group, "b.txt", "text/plain", 4).Want(201)
		a := ann.Announce(group, "c.txt", "text/plain", 4)
		a.Refused(429, "RATE_LIMITED")
		require.NotEmpty(t, a.Header.Get("Retry-After"))
		bob.Announce(group, "a.txt", "text/plain", 4).Want(201)
		s.Fetch("PUT", first.Text("upload_url"), "text").Want(204)
		ann.Announce(group, "c.txt", "text/plain", 4).Refused(429, "RATE_LIMITED")
		ann.Post(apitest.Uploads(first.Text("upload_id"), "complete"), nil).Want(200)
		ann.Announce(group, "c.txt", "text/plain", 4).Want(201)
	})
	s.Run(t, "CH-533 bytes", func(*testing.T) {
		s.Clock.Advance(4 * time.Hour)
		ann.Announce(group, "d.txt", "text/plain", 100).Refused(403, "UPLOAD_QUOTA_EXCEEDED")
	})
	s.Run(t, "CH-533 CH-537 what expires is given back, what is complete stays", func(t *testing.T) {
		n, err := s.Assets.Sweep(t.Context())
		require.NoError(t, err)
		require.Equal(t, 3, n, "two of ann's and one of bob's")
		ann.Announce(group, "d.txt", "text/plain", 97).Refused(403, "UPLOAD_QUOTA_EXCEEDED")
		ann.Upload(group, "d.txt", "text/plain", bytes.Repeat([]byte("x"), 94))
	})
	s.Run(t, "CH-533 files", func(*testing.T) {
		ann.Upload(group, "e.txt", "text/plain", []byte("x"))
		ann.Upload(group, "f.txt", "text/plain", []byte("x"))
		ann.Announce(group, "g.txt", "text/plain", 1).Refused(403, "UPLOAD_QUOTA_EXCEEDED")
	})
}

func TestAFullDiskRefusesFiles(t *testing.T) {
	s, ann, group := open(t, func(c *server.Config) { c.Assets.Reserved = 1 << 60 })
	s.Run(t, "CH-533 no room", func(*testing.T) {
		ann.Announce(group, "a.txt", "text/plain", 4).Refused(503, "UNAVAILABLE")
	})
}

// kept lists the files below a folder, without those of users.
func kept(t *testing.T, dir string) (files []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			files = append(files, name)
		}
		return err
	}))
	return files
}

func TestUploadsThatExpire(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "assets")
	s, ann, group := open(t, func(c *server.Config) { c.Assets.Dir = dir })
	never := ann.Announce(group, "a.txt", "text/plain", 4).Want(201)
	sent := ann.Announce(group, "b.txt", "text/plain", 4).Want(201)
	s.Fetch("PUT", sent.Text("upload_url"), "text").Want(204)
	s.Run(t, "CH-536 CH-537 an hour for the bytes, another to complete", func(t *testing.T) {
		s.Clock.Advance(time.Hour + time.Second)
		require.Equal(t, "failed", ann.Get(apitest.Uploads(never.Text("upload_id"))).Text("state"))
		require.Equal(t, "processing", ann.Get(apitest.Uploads(sent.Text("upload_id"))).Text("state"))
		s.Clock.Advance(time.Hour)
		require.Equal(t, "failed", ann.Get(apitest.Uploads(sent.Text("upload_id"))).Text("state"))
		ann.Post(apitest.Uploads(sent.Text("upload_id"), "complete"), nil).Refused(409, "UPLOAD_INCOMPLETE")
	})
	s.Run(t, "CH-537 then they are gone", func(t *testing.T) {
		s.Clock.Advance(time.Hour)
		n, err := s.Assets.Sweep(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.Empty(t, kept(t, dir))
		ann.Get(apitest.Uploads(sent.Text("upload_id"))).Refused(404, "UPLOAD_NOT_FOUND")
		ann.Post(apitest.Uploads(sent.Text("upload_id"), "complete"), nil).Refused(404, "UPLOAD_NOT_FOUND")
	})
}
