package apitest

import (
	"net/http"
	"strings"
)

// Fetch makes a request to a URL as the server gave it, without a token, and
// checks what holds for the answers of signed URLs: bytes, or a refusal in the
// envelope. A method of its own makes the difference to Do plain: neither JSON
// nor a token is expected.
func (s *Server) Fetch(method, url string, body any, headers ...string) *Answer {
	s.t().Helper()
	a, sentID := s.Anybody().send(method, url, body, headers...)
	if a.Header == nil {
		return a
	}
	id := a.identified(sentID)
	if method != http.MethodHead && a.Status >= http.StatusBadRequest {
		a.json(id)
	}
	return a
}

// Announce begins an upload of a user for a channel and is the answer.
func (u *User) Announce(channel, name, contentType string, size int) *Answer {
	u.s.t().Helper()
	return u.Post(Uploads(), map[string]any{
		"upload_type": "chat_attachment", "channel_id": channel, "filename": name, "content_type": contentType, "size_bytes": size,
	})
}

// Upload sends a file for a channel, completes it and is its id.
func (u *User) Upload(channel, name, contentType string, content []byte) string {
	u.s.t().Helper()
	a := u.Announce(channel, name, contentType, len(content)).Want(http.StatusCreated)
	u.s.Fetch(http.MethodPut, a.Text("upload_url"), content, "Content-Type: "+contentType).Want(http.StatusNoContent)
	id := a.Text("upload_id")
	u.Post(Uploads(id, "complete"), nil).Want(http.StatusOK)
	return id
}

// Attach sends a message with one file and is its id.
func (u *User) Attach(channel, asset, name, contentType string, size int) string {
	u.s.t().Helper()
	return u.Post(Messages(channel), map[string]any{"attachments": []map[string]any{
		{"asset_id": asset, "filename": name, "content_type": contentType, "size_bytes": size},
	}}).Want(http.StatusCreated).Text("id")
}

// FileURL is a signed URL of the first file of a message.
func (u *User) FileURL(channel, message, size string) string {
	u.s.t().Helper()
	return u.Get(AttachmentURL(channel, message, "1") + "?size=" + size).Want(http.StatusOK).Text("url")
}

// Uploads is the path of uploads, or of what is below.
func Uploads(parts ...string) string {
	return strings.Join(append([]string{"/v1/uploads"}, parts...), "/")
}

// AttachmentURL is the path of the URLs of a message's file.
func AttachmentURL(channel, message, attachment string) string {
	return Messages(channel, message) + "/attachments/" + attachment + "/url"
}
