package assets

import (
	"mime"
	"slices"

	"github.com/gabriel-vasile/mimetype"
)

// sniffed is how many bytes of a file's begin its type is told from.
const sniffed = 4096

const (
	plainText = "text/plain"
	zip       = "application/zip"
	unknown   = "application/octet-stream"
)

// relatives are the types as which a file of a declared type may also be told;
// others have to be told as what they are declared.
var relatives = map[string][]string{
	"application/x-zip-compressed": {zip},
	"video/mp4":                    {"video/x-m4v"},
	"audio/ogg":                    {"application/ogg"},
}

// sniff tells the type of a file by its first bytes and whether it agrees with
// what was declared. What is a kind of archive is an archive, and what is a
// kind of text is served as mere text, whatever it contains.
func sniff(declared string, head []byte) (served string, agrees bool) {
	m := mimetype.Detect(head)
	switch {
	case m.Is(declared) && declared != plainText:
		return declared, true
	case declared == plainText:
		return servedText(m), is(m, plainText)
	case declared == zip || slices.Contains(relatives[declared], zip):
		return zip, is(m, zip)
	case slices.ContainsFunc(relatives[declared], m.Is):
		return declared, true
	case mimetype.Lookup(declared) == nil:
		return unknown, true // nothing can be said of such a type
	}
	return "", false
}

// is reports whether a type is another or a kind of it.
func is(m *mimetype.MIME, of string) bool {
	for ; m != nil; m = m.Parent() {
		if m.Is(of) {
			return true
		}
	}
	return false
}

func servedText(m *mimetype.MIME) string {
	charset := "utf-8"
	if _, params, err := mime.ParseMediaType(m.String()); err == nil && params["charset"] != "" {
		charset = params["charset"]
	}
	return mime.FormatMediaType(plainText, map[string]string{"charset": charset})
}
