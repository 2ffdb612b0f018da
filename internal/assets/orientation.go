package assets

import (
	"bufio"
	"encoding/binary"
	"image"
	"io"
)

// orientation reads how a photo has to be turned from its Exif data, 1 to 8; 1
// is not at all, and what it is when nothing sensible is said.
func orientation(r io.Reader) int {
	b := bufio.NewReader(r)
	if !nextBytes(b, 0xff, 0xd8) {
		return upright
	}
	for {
		var head [4]byte
		if _, err := io.ReadFull(b, head[:]); err != nil || head[0] != 0xff {
			return upright
		}
		const startOfScan, app1 = 0xda, 0xe1
		size := int(binary.BigEndian.Uint16(head[2:])) - 2
		switch {
		case head[1] == startOfScan || size < 0:
			return upright
		case head[1] == app1:
			data := make([]byte, size)
			if _, err := io.ReadFull(b, data); err != nil {
				return upright
			}
			if o, ok := exifOrientation(data); ok {
				return o
			}
		default:
			if _, err := b.Discard(size); err != nil {
				return upright
			}
		}
	}
}

const upright = 1

func nextBytes(b *bufio.Reader, want ...byte) bool {
	for _, w := range want {
		if c, err := b.ReadByte(); err != nil || c != w {
			return false
		}
	}
	return true
}

// exifOrientation looks for the tag in the first directory of an Exif block.
func exifOrientation(data []byte) (o int, ok bool) {
	const mark = "Exif\x00\x00"
	if len(data) < len(mark)+8 || string(data[:len(mark)]) != mark {
		return 0, false
	}
	tiff := data[len(mark):]
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0, false
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 0, false
	}
	entries := tiff[at+2:]
	const entrySize, tag, short = 12, 0x0112, 3
	for range order.Uint16(tiff[at:]) {
		if len(entries) < entrySize {
			return 0, false
		}
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short {
			o := int(order.Uint16(entries[8:]))
			return o, o >= upright && o <= 8
		}
		entries = entries[entrySize:]
	}
	return 0, false
}

// turn puts an image upright.
func turn(m *image.RGBA, orientation int) *image.RGBA {
	if orientation == upright {
		return m
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	size := image.Rect(0, 0, w, h)
	if orientation > 4 {
		size = image.Rect(0, 0, h, w)
	}
	turned := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			fromX, fromY := stored(orientation, x, y, w, h)
			turned.SetRGBA(x, y, m.RGBAAt(fromX, fromY))
		}
	}
	return turned
}

// stored is where a pixel of the upright image is in the stored one of size w
// by h.
func stored(orientation, x, y, w, h int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	default:
		return w - 1 - y, x
	}
}
