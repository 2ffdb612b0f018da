package assets

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"slices"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

const (
	typeJPEG = "image/jpeg"
	typePNG  = "image/png"
	typeGIF  = "image/gif"
	typeWebP = "image/webp"
)

func isImage(contentType string) bool {
	return slices.Contains([]string{typeJPEG, typePNG, typeGIF, typeWebP}, contentType)
}

// Bounds of images. What is kept as it is may be larger than what is decoded
// here: a decoded image takes up to 12 bytes a pixel.
const (
	maxStoredPixels  = 1 << 28
	maxDecodedPixels = 40_000_000
	maxEdge          = 65_535
)

// imageFault reads the head of an image only, and says what is wrong with it.
func imageFault(contentType string, r io.Reader, pixels int64) (fault error) {
	defer func() {
		if v := recover(); v != nil {
			fault = errors.New("its header is broken")
		}
	}()
	c, err := imageConfig(contentType, bufio.NewReader(r))
	switch {
	case err != nil:
		return errors.New("its header is broken")
	case c.Width < 1 || c.Height < 1:
		return errors.New("it has no pixels")
	case c.Width > maxEdge || c.Height > maxEdge || int64(c.Width)*int64(c.Height) > pixels:
		return fmt.Errorf("%d x %d pixels are too many", c.Width, c.Height)
	}
	return nil
}

func imageConfig(contentType string, r io.Reader) (image.Config, error) {
	switch contentType {
	case typeJPEG:
		return jpeg.DecodeConfig(r)
	case typePNG:
		return png.DecodeConfig(r)
	case typeGIF:
		return gif.DecodeConfig(r)
	default:
		return webp.DecodeConfig(r)
	}
}

// decodeImage decodes an image whose head was found good: the first picture of
// one that moves. It stops soon after the context has ended. A decoder that
// panics has met a broken image.
func decodeImage(ctx context.Context, contentType string, f io.ReadSeeker) (m image.Image, err error) {
	defer func() {
		if v := recover(); v != nil {
			m, err = nil, fmt.Errorf("the decoder failed: %v", v)
		}
	}()
	switch contentType {
	case typeJPEG:
		return jpeg.Decode(&scanCounter{r: watched{ctx, f}})
	case typePNG:
		return png.Decode(bufio.NewReader(watched{ctx, f}))
	case typeGIF:
		return gif.Decode(bufio.NewReader(watched{ctx, f}))
	}
	frame, err := firstFrame(bufio.NewReader(watched{ctx, f}))
	if err != nil {
		return nil, err
	}
	if frame != nil {
		if fault := imageFault(typeWebP, bytes.NewReader(frame), maxDecodedPixels); fault != nil {
			return nil, fault
		}
		return webp.Decode(watched{ctx, bytes.NewReader(frame)})
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return webp.Decode(watched{ctx, f})
}

// watched is a reader that ends with a context. It gives a decoder little at
// once, so that its time is looked at in between.
type watched struct {
	ctx context.Context
	r   io.Reader
}

const watchedBytes = 1 << 10

func (w watched) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.r.Read(p[:min(len(p), watchedBytes)])
}

// maxScans bounds the passes over a photo: each costs time for every pixel,
// and hardly any bytes.
const maxScans = 100

var errScans = errors.New("the image has too many scans")

// scanCounter ends at a photo with too many scans.
type scanCounter struct {
	r     io.Reader
	last  byte
	scans int
}

func (s *scanCounter) Read(p []byte) (int, error) {
	const marker, startOfScan = 0xff, 0xda
	n, err := s.r.Read(p)
	for _, b := range p[:n] {
		if s.last == marker && b == startOfScan {
			s.scans++
		}
		s.last = b
	}
	if s.scans > maxScans {
		return 0, errScans
	}
	return n, err
}

// edges are the longest edges of the sizes that are made.
var edges = map[string]int{"1600": 1600, "512": 512, "256": 256, "128": 128}

// shrink makes an image whose longest edge is at most so many pixels; a
// smaller one keeps its size. What is much larger is halved first: the filter
// needs memory for every row of its source.
func shrink(m image.Image, edge int) *image.RGBA {
	for longest(m) > halved {
		b := m.Bounds()
		half := image.NewRGBA(image.Rect(0, 0, (b.Dx()+1)/2, (b.Dy()+1)/2))
		draw.ApproxBiLinear.Scale(half, half.Bounds(), m, b, draw.Src, nil)
		m = half
	}
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	if long := max(w, h); long > edge {
		w, h = max(1, (w*edge+long/2)/long), max(1, (h*edge+long/2)/long)
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	if w == b.Dx() && h == b.Dy() {
		draw.Draw(small, small.Bounds(), m, b.Min, draw.Src)
	} else {
		draw.CatmullRom.Scale(small, small.Bounds(), m, b, draw.Src, nil)
	}
	return small
}

// halved is the longest edge that the filter gets.
const halved = 3200

func longest(m image.Image) int { return max(m.Bounds().Dx(), m.Bounds().Dy()) }

const jpegQuality = 85

// encodeImage writes an image anew: JPEG, or PNG if one can see through it.
func encodeImage(m *image.RGBA) ([]byte, error) {
	var b bytes.Buffer
	if m.Opaque() {
		err := jpeg.Encode(&b, m, &jpeg.Options{Quality: jpegQuality})
		return b.Bytes(), err
	}
	err := png.Encode(&b, m)
	return b.Bytes(), err
}
