package domain

// UploadType says what an uploaded file is for.
type UploadType string

// The types of uploads.
const (
	UploadAttachment UploadType = "chat_attachment"
	UploadEmote      UploadType = "emote"
)

// NewUpload announces a file: what it is for, and what its bytes will be.
type NewUpload struct {
	For       UploadType
	File      string
	Type      string
	Size      int64
	Shortcode string // of an emote
}

// emoteTypes are the content types of emotes.
var emoteTypes = []string{"image/gif", "image/png", "image/webp"}

const maxEmoteSize = 1 << 20

// Check decides whether a file may be uploaded (CH-531, CH-532). No types means
// those of CH-503.
func (u NewUpload) Check(types []string) error {
	switch {
	case u.For == UploadAttachment:
		if types == nil {
			types = AttachmentTypes
		}
		if fault := fileFault(u.File, u.Type, u.Size, types, maxAttachmentSize); fault != "" {
			return ErrInvalidAttachment.Because("%s", fault)
		}
	case u.For != UploadEmote:
		return ErrInvalidRequest.Because("upload_type is %s or %s", UploadAttachment, UploadEmote)
	case !shortcode(u.Shortcode):
		return ErrInvalidEmote.Because("a shortcode has 1 to %d letters, digits, underscores, pluses and dashes", maxShortcode)
	default:
		if fault := fileFault(u.File, u.Type, u.Size, emoteTypes, maxEmoteSize); fault != "" {
			return ErrInvalidEmote.Because("%s", fault)
		}
	}
	return nil
}
