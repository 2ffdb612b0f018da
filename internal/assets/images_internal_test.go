package assets

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func encodeJPEG(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, m, nil))
	return b.Bytes()
}

// bits writes the least significant bit first, as lossless WebP does.
type bits struct {
	b []byte
	n int
}

func (w *bits) put(value uint32, count int) {
	for i := range count {
		if w.n%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[len(w.b)-1] |= byte(value>>i&1) << (w.n % 8)
		w.n++
	}
}

// lossless is the chunk of an image of one colour: its five codes have one
// symbol each, so its pixels need no bits at all.
func lossless(w, h int, c color.NRGBA) []byte {
	s := &bits{b: []byte{0x2f}, n: 8}
	s.put(uint32(w-1), 14)
	s.put(uint32(h-1), 14)
	s.put(1, 1) // has alpha
	s.put(0, 3+1+1+1)
	for _, symbol := range []uint8{c.G, c.R, c.B, c.A, 0} {
		s.put(0b101, 3) // simple, one symbol, of eight bits
		s.put(uint32(symbol), 8)
	}
	return s.b
}

func chunk(name string, data []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data)))
	b = append(b, data...)
	return append(b, make([]byte, len(data)%2)...)
}

func riff(chunks ...[]byte) []byte {
	return chunk("RIFF", append([]byte("WEBP"), slices.Concat(chunks...)...))
}

func uint24(n int) []byte { return []byte{byte(n), byte(n >> 8), byte(n >> 16)} }

// moving is a WebP of frames of 40 x 20 pixels.
func moving(frames ...color.NRGBA) []byte {
	size := append(uint24(39), uint24(19)...)
	chunks := [][]byte{chunk("VP8X", append([]byte{1 << 1, 0, 0, 0}, size...)), chunk("ANIM", make([]byte, 6))}
	for _, c := range frames {
		head := append(make([]byte, 6), size...)
		chunks = append(chunks, chunk("ANMF", slices.Concat(head, make([]byte, 4), chunk("VP8L", lossless(40, 20, c)))))
	}
	return riff(chunks...)
}

var (
	red  = color.NRGBA{200, 10, 10, 255}
	blue = color.NRGBA{10, 10, 200, 255}
)

func isRed(t *testing.T, m image.Image) {
	t.Helper()
	r, _, b, _ := m.At(m.Bounds().Min.X+1, m.Bounds().Min.Y+1).RGBA()
	require.Greater(t, r, 2*b)
}

func TestWebP(t *testing.T) {
	for name, file := range map[string][]byte{
		"still": riff(chunk("VP8L", lossless(40, 20, red))), "moving": moving(red, blue),
	} {
		t.Run("CH-544 "+name, func(t *testing.T) {
			thumbs, err := smaller(t.Context(), typeWebP, bytes.NewReader(file))
			require.NoError(t, err)
			require.Len(t, thumbs, 4)
			m, format, err := image.Decode(bytes.NewReader(thumbs["1600"]))
			require.NoError(t, err)
			require.Equal(t, "jpeg", format)
			require.Equal(t, image.Pt(40, 20), m.Bounds().Size())
			isRed(t, m)
		})
	}
	for name, file := range map[string][]byte{
		"cut":                      moving(red)[:60],
		"a frame without a head":   riff(chunk("VP8X", make([]byte, 10)), chunk("ANMF", []byte{1, 2})),
		"a frame that is too long": riff(chunk("VP8X", make([]byte, 10)), append([]byte("ANMF"), 0xff, 0xff, 0xff, 0xff)),
		"no image at all":          riff(),
		"a huge frame in a small file": riff(chunk("VP8X", append([]byte{1 << 1, 0, 0, 0}, append(uint24(9), uint24(9)...)...)),
			chunk("ANMF", append(make([]byte, 16), chunk("VP8L", lossless(16000, 16000, red))...))),
	} {
		t.Run("RS-124 CH-544 "+name, func(t *testing.T) {
			allocated := allocates(func() {
				_, err := smaller(t.Context(), typeWebP, bytes.NewReader(file))
				require.Error(t, err)
			})
			require.Less(t, allocated, uint64(1<<20))
		})
	}
}

// allocates is how many bytes f asks for in all.
func allocates(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestHugeImagesAreNotDecoded(t *testing.T) {
	for name, size := range map[string]image.Point{
		"60,000 x 60,000": {60_000, 60_000}, "just above 40 megapixels": {8001, 5000}, "a line": {1, 1 << 24}, "2^31": {1 << 30, 1 << 30},
	} {
		t.Run("RS-124 CH-544 "+name, func(t *testing.T) {
			allocated := allocates(func() {
				_, err := smaller(t.Context(), typePNG, bytes.NewReader(pngHeader(size.X, size.Y)))
				require.Error(t, err)
			})
			require.Less(t, allocated, uint64(1<<20))
		})
	}
	t.Run("CH-544 40 megapixels are decoded", func(t *testing.T) {
		require.NoError(t, imageFault(typePNG, bytes.NewReader(pngHeader(8000, 5000)), maxDecodedPixels))
	})
}

// pngHeader is a PNG that ends where its pixels would begin.
func pngHeader(w, h int) []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR")
	b = binary.BigEndian.AppendUint32(b, uint32(w))
	b = binary.BigEndian.AppendUint32(b, uint32(h))
	b = append(b, 8, 2, 0, 0, 0)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
}

func TestMemoryOfALargeImage(t *testing.T) {
	// 24 megapixels in gray, and a line as long as an edge may be.
	for name, size := range map[string]image.Point{"large": {6000, 4000}, "a line": {2, 65_535}} {
		t.Run("CH-544 "+name, func(t *testing.T) {
			file := encodeJPEG(t, image.NewGray(image.Rectangle{Max: size}))
			if size.X < 10 {
				var b bytes.Buffer
				require.NoError(t, png.Encode(&b, image.NewGray(image.Rectangle{Max: size})))
				file = b.Bytes()
			}
			kind := typeJPEG
			if file[0] != 0xff {
				kind = typePNG
			}
			allocated := allocates(func() {
				thumbs, err := smaller(t.Context(), kind, bytes.NewReader(file))
				require.NoError(t, err)
				require.Len(t, thumbs, 4)
			})
			require.Less(t, allocated, uint64(400<<20), "all that was asked for, whether kept or not")
		})
	}
}

func TestAPhotoIsTurnedUpright(t *testing.T) {
	// The corners of the upright image, told apart by their brightness.
	upright := image.NewGray(image.Rect(0, 0, 64, 32))
	for y := range 32 {
		for x := range 64 {
			upright.Pix[y*64+x] = uint8(x/32*120 + y/16*60 + 20)
		}
	}
	for o := 1; o <= 8; o++ {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			t.Run(fmt.Sprintf("CH-544 orientation %d, %s", o, order), func(t *testing.T) {
				thumbs, err := smaller(t.Context(), typeJPEG, bytes.NewReader(withExif(encodeJPEG(t, lying(upright, o)), exif(order, o))))
				require.NoError(t, err)
				for size, b := range thumbs {
					m, err := jpeg.Decode(bytes.NewReader(b))
					require.NoError(t, err)
					require.Equal(t, upright.Bounds(), m.Bounds(), size)
					for _, at := range []image.Point{{4, 4}, {60, 4}, {4, 28}, {60, 28}} {
						got := color.GrayModel.Convert(m.At(at.X, at.Y)).(color.Gray).Y
						require.InDelta(t, upright.GrayAt(at.X, at.Y).Y, got, 12, "size %s at %s", size, at)
					}
					require.NotContains(t, string(b), "Exif")
				}
			})
		}
	}
}

// lying is an image as a camera stores it that was held as an orientation
// says: what its rows and columns mean, by the definition of the tag.
func lying(m *image.Gray, orientation int) *image.Gray {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if orientation > 4 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewGray(size)
	for y := range h {
		for x := range w {
			left, top := x, y             // distance from the visual left and top
			right, bottom := w-1-x, h-1-y // and from the others
			row := []int{top, top, bottom, bottom, left, right, right, left}[orientation-1]
			column := []int{left, right, right, left, top, top, bottom, bottom}[orientation-1]
			out.SetGray(column, row, m.GrayAt(x, y))
		}
	}
	return out
}

// exif is a block with a tag before the orientation, and that.
func exif(order binary.AppendByteOrder, orientation int) []byte {
	head := "II*\x00"
	if order == binary.AppendByteOrder(binary.BigEndian) {
		head = "MM\x00*"
	}
	b := []byte("Exif\x00\x00" + head)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	entry := func(tag uint16, value int) {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, 3)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, uint16(value))
		b = order.AppendUint16(b, 0)
	}
	entry(0x0100, 7)
	entry(0x0112, orientation)
	return b
}

// withExif puts a block, and one of another sort before it, behind the begin
// of a photo.
func withExif(photo, block []byte) []byte {
	segment := func(marker byte, data []byte) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(data)+2)), data...)
	}
	return slices.Concat(photo[:2], segment(0xe0, []byte("JFIF\x00other")), segment(0xe1, block), photo[2:])
}

func TestBrokenExifIsNoExif(t *testing.T) {
	photo := encodeJPEG(t, image.NewGray(image.Rect(0, 0, 8, 8)))
	good := exif(binary.LittleEndian, 6)
	require.Equal(t, 6, orientation(bytes.NewReader(withExif(photo, good))))
	for n := range good {
		require.NotPanics(t, func() { orientation(bytes.NewReader(withExif(photo, good[:n]))) })
	}
	for _, o := range []int{0, 9, 65535} {
		require.Equal(t, upright, orientation(bytes.NewReader(withExif(photo, exif(binary.BigEndian, o)))))
	}
	far := slices.Clone(good)
	copy(far[10:], "\xff\xff\xff\xff")
	require.Equal(t, upright, orientation(bytes.NewReader(withExif(photo, far))))
}

func TestManyScansAreRefused(t *testing.T) {
	photo := encodeJPEG(t, image.NewGray(image.Rect(0, 0, 8, 8)))
	scan := []byte{0xff, 0xda}
	many := slices.Concat(photo[:2], []byte{0xff, 0xfe, 0x08, 0x02}, bytes.Repeat(scan, 0x400), photo[2:])
	_, err := decodeImage(t.Context(), typeJPEG, bytes.NewReader(many))
	require.ErrorIs(t, err, errScans, "CH-544 the time of a decoder is bounded")
}

func TestADecoderEndsWithItsTime(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, kind := range []string{typeJPEG, typePNG, typeGIF, typeWebP} {
		_, err := decodeImage(ctx, kind, bytes.NewReader(encodeJPEG(t, image.NewGray(image.Rect(0, 0, 8, 8)))))
		require.Error(t, err, kind)
	}
}

func FuzzImages(f *testing.F) {
	f.Add(uint8(0), []byte("\xff\xd8\xff"))
	f.Add(uint8(1), pngHeader(1, 1))
	f.Add(uint8(2), []byte("GIF89a"))
	f.Add(uint8(3), moving(red, blue))
	f.Add(uint8(3), riff(chunk("VP8L", lossless(4, 4, red))))
	kinds := []string{typeJPEG, typePNG, typeGIF, typeWebP}
	f.Fuzz(func(t *testing.T, kind uint8, file []byte) {
		thumbs, err := smaller(t.Context(), kinds[kind%4], bytes.NewReader(file))
		if err == nil && len(thumbs) != 4 {
			t.Fatalf("%d sizes", len(thumbs))
		}
	})
}
