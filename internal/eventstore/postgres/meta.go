package postgres

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// encodeMeta writes metadata as a compact JSON object with sorted keys; nil for
// none.
func encodeMeta(meta map[string]string) []byte {
	if len(meta) == 0 {
		return nil
	}
	var fixed [16]string
	keys, size := fixed[:0], 2
	for k, v := range meta {
		keys = append(keys, k)
		size += len(k) + len(v) + 6
	}
	slices.Sort(keys)
	b := append(make([]byte, 0, size), '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, k)
		b = append(b, ':')
		b = appendString(b, meta[k])
	}
	return append(b, '}')
}

// appendString writes a JSON string. Only what JSON demands is escaped.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// decodeMeta reads what encodeMeta wrote; the map shares the memory of text.
// Any other JSON object of strings is read as well, only more slowly.
func decodeMeta(text string) (map[string]string, error) {
	if text == "" {
		return nil, nil
	}
	if meta, ok := decodePlain(text); ok {
		return meta, nil
	}
	var meta map[string]string
	if err := json.Unmarshal([]byte(text), &meta); err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	return meta, nil
}

// decodePlain reads an object without blanks and escapes.
func decodePlain(text string) (map[string]string, bool) {
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' ||
		strings.IndexByte(text, '\\') >= 0 || !utf8.ValidString(text) {
		return nil, false
	}
	meta := make(map[string]string, strings.Count(text, `":"`))
	rest := text[1:]
	for {
		k, tail, ok := plainString(rest)
		if !ok || tail == "" || tail[0] != ':' {
			return nil, false
		}
		v, tail, ok := plainString(tail[1:])
		if !ok || tail == "" {
			return nil, false
		}
		meta[k] = v
		if tail == "}" {
			return meta, true
		}
		if tail[0] != ',' {
			return nil, false
		}
		rest = tail[1:]
	}
}

func plainString(s string) (value, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		return "", "", false
	}
	end := strings.IndexByte(s[1:], '"')
	if end < 0 {
		return "", "", false
	}
	return s[1 : end+1], s[end+2:], true
}
