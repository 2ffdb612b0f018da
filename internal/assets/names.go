package assets

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxName      = 255 // bytes
	maxExtension = 16
	noName       = "file"
)

// cleanName is a client's file name as it is offered to others: without
// control characters, separators of paths and lines, and characters that turn
// the direction of writing.
func cleanName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == utf8.RuneError || unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return -1
		}
		return r
	}, s)
	s = strings.TrimRight(strings.TrimSpace(s), ". ")
	if len(s) > maxName {
		ext := path.Ext(s)
		if len(ext) > maxExtension {
			ext = ""
		}
		s = cutBytes(s[:len(s)-len(ext)], maxName-len(ext)) + ext
	}
	if s == "" {
		return noName
	}
	return s
}

// cutBytes cuts a text to at most n bytes between two characters.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// inline are the types that a browser may show in place; it runs nothing of
// theirs.
var inline = []string{
	"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm", "audio/mpeg", "audio/ogg",
}

// disposition is a Content-Disposition header as RFC 6266 has it: the name in
// ASCII for old clients, and as it is.
func disposition(contentType, name string) string {
	kind := "attachment"
	if slices.Contains(inline, contentType) {
		kind = "inline"
	}
	plain := strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf || r < ' ' || r == 0x7f || strings.ContainsRune(`"\%;`, r) {
			return '_'
		}
		return r
	}, name)
	var extended strings.Builder
	for _, b := range []byte(name) {
		if b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || strings.IndexByte("!#$&+-.^_`|~", b) >= 0 {
			extended.WriteByte(b)
		} else {
			fmt.Fprintf(&extended, "%%%02X", b)
		}
	}
	return fmt.Sprintf(`%s; filename="%s"; filename*=UTF-8''%s`, kind, plain, extended.String())
}
