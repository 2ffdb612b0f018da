package files_test

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
	"parley/internal/pgtest"
	"parley/internal/server"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// open starts a server with the app demo and a group of ann's.
func open(t *testing.T, changes ...func(*server.Config)) (s *apitest.Server, ann *apitest.User, group string) {
	t.Helper()
	s = apitest.Open(t, changes...)
	ann = s.App("demo").User("ann")
	return s, ann, ann.Group("g")
}

// picture has a gradient, so that no two of its corners are alike.
func picture(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, color.NRGBA{uint8(x * 255 / w), uint8(y * 255 / h), 99, 255})
		}
	}
	return m
}

func jpegOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}))
	return b.Bytes()
}

func pngOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, m))
	return b.Bytes()
}

func gifOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, gif.Encode(&b, m, nil))
	return b.Bytes()
}

// decoded is an image of an answer, and what it was encoded as.
func decoded(t *testing.T, a *apitest.Answer) (image.Image, string) {
	t.Helper()
	m, format, err := image.Decode(bytes.NewReader(a.Body))
	require.NoError(t, err)
	require.Equal(t, "image/"+format, a.Header.Get("Content-Type"))
	return m, format
}
