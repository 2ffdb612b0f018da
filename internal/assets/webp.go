package assets

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
)

// maxFrame bounds the bytes of a frame; no asset is larger.
const maxFrame = 32 << 20

var errWebP = errors.New("not a WebP file")

// firstFrame takes the first frame of a WebP that moves as one that does not;
// nil if it does not move.
func firstFrame(r io.Reader) ([]byte, error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil || string(head[:4]) != "RIFF" || string(head[8:]) != "WEBP" {
		return nil, errWebP
	}
	for {
		name, size, err := chunkHead(r)
		switch {
		case err != nil:
			return nil, err
		case name == "ANMF":
			frame := make([]byte, 0, min(size, 1<<16))
			b := bytes.NewBuffer(frame)
			if _, err := io.CopyN(b, r, size); err != nil {
				return nil, errWebP
			}
			return stillOf(b.Bytes())
		case name == "VP8 " || name == "VP8L":
			return nil, nil
		}
		if _, err := io.CopyN(io.Discard, r, size+size&1); err != nil {
			return nil, errWebP
		}
	}
}

func chunkHead(r io.Reader) (name string, size int64, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return "", 0, errWebP
	}
	size = int64(binary.LittleEndian.Uint32(head[4:]))
	if size > maxFrame {
		return "", 0, errWebP
	}
	return string(head[:4]), size, nil
}

// stillOf makes a file of a frame: its place and duration first, then its
// size, then the chunks of a still image.
func stillOf(frame []byte) ([]byte, error) {
	const frameHead = 16
	if len(frame) < frameHead {
		return nil, errWebP
	}
	chunks := frame[frameHead:]
	body := []byte("WEBP")
	if bytes.HasPrefix(chunks, []byte("ALPH")) {
		const alpha = 1 << 4
		body = append(body, "VP8X\x0a\x00\x00\x00"...)
		body = append(body, alpha, 0, 0, 0)
		body = append(body, frame[6:12]...) // width and height less one, as there
	}
	body = slices.Concat(body, chunks)
	file := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body)))
	return append(file, body...), nil
}
