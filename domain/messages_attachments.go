package domain

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Attachment is a file of a message; its id is its 1-based place in it.
type Attachment struct {
	Asset string `json:"asset"`
	Type  string `json:"type"`
	Size  int64  `json:"size"`
}

// NewAttachment is a file as a request to send names it. Its name is personal
// and goes into the content, the rest is kept in clear.
type NewAttachment struct {
	Attachment
	File string
}

// AttachmentTypes are the content types that attachments may have when
// nothing else is configured (CH-503).
var AttachmentTypes = []string{
	"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm", "audio/mpeg", "audio/ogg",
	"application/pdf", "application/zip", "application/x-zip-compressed", "text/plain",
}

// Bounds of attachments (CH-500 to CH-502).
const (
	maxAttachments    = 10
	maxAttachmentSize = 25 << 20
	maxFileName       = 255 // in characters
)

// attach checks the files of a new message and parts what is personal of them
// from what is not. No types means those of the contract.
func attach(files []NewAttachment, types []string) (attachments []Attachment, names []string, err error) {
	if len(files) == 0 {
		return nil, nil, nil
	}
	if len(files) > maxAttachments {
		return nil, nil, ErrInvalidAttachment.Because("a message has at most %d attachments", maxAttachments)
	}
	if types == nil {
		types = AttachmentTypes
	}
	for i, f := range files {
		if fault := f.fault(types); fault != "" {
			return nil, nil, ErrInvalidAttachment.Because("attachment %d: %s", i+1, fault)
		}
		if slices.ContainsFunc(attachments, func(a Attachment) bool { return a.Asset == f.Asset }) {
			return nil, nil, ErrInvalidAttachment.Because("attachment %d: the asset is attached already", i+1)
		}
		attachments, names = append(attachments, f.Attachment), append(names, f.File)
	}
	return attachments, names, nil
}

func (f NewAttachment) fault(types []string) string {
	if _, err := ParseID(f.Asset); err != nil {
		return "asset_id is not an id"
	}
	return fileFault(f.File, f.Type, f.Size, types, maxAttachmentSize)
}

// fileFault says what is wrong with a file, "" if nothing is.
func fileFault(name, contentType string, size int64, types []string, most int64) string {
	switch {
	case !fileName(name):
		return "filename has 1 to 255 characters, no slash and no control character"
	case !slices.Contains(types, contentType):
		return "content_type is none of " + strings.Join(types, ", ")
	case size < 1 || size > most:
		return "size_bytes is a number from 1 to " + strconv.FormatInt(most, 10)
	}
	return ""
}

func fileName(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 1 && n <= maxFileName && utf8.ValidString(s) &&
		!strings.ContainsFunc(s, func(r rune) bool { return r == '/' || unicode.IsControl(r) })
}
