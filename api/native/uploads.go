package native

import (
	"net/http"

	"parley/domain"
	"parley/internal/assets"
)

// upload is how an upload stands (CH-530, CH-536, CH-537).
type upload struct {
	UploadID    assets.ID         `json:"upload_id"`
	AssetID     assets.ID         `json:"asset_id"`
	State       assets.State      `json:"state"`
	UploadType  domain.UploadType `json:"upload_type"`
	Filename    string            `json:"filename"`
	ContentType string            `json:"content_type"`
	SizeBytes   int64             `json:"size_bytes"`
	SHA256      string            `json:"sha256,omitempty"`
	Shortcode   string            `json:"shortcode,omitempty"`
	ChannelID   *domain.ChannelID `json:"channel_id,omitempty"`
	CreatedAt   int64             `json:"created_at"`
	ExpiresAt   int64             `json:"expires_at"`
	*sending
}

// sending says how to send the bytes.
type sending struct {
	UploadURL string            `json:"upload_url"`
	Method    string            `json:"method"`
	Headers   map[string]string `json:"headers"`
}

func newUpload(a assets.Asset) upload {
	u := upload{
		UploadID: a.ID, AssetID: a.ID, State: a.State, UploadType: a.For, Filename: a.File, ContentType: a.Declared,
		SizeBytes: a.Size, SHA256: a.SHA256, Shortcode: a.Shortcode, CreatedAt: seconds(a.CreatedAt), ExpiresAt: seconds(a.ExpiresAt),
	}
	if a.Type != "" {
		u.ContentType = a.Type
	}
	if a.Channel != 0 {
		u.ChannelID = &a.Channel
	}
	return u
}

func (s *Server) createUpload(r *request) error {
	o, input, err := r.body()
	if err != nil {
		return err
	}
	if input != nil {
		return input
	}
	kind, err := o.text("upload_type")
	if err != nil {
		return err
	}
	n := assets.NewUpload{App: r.actor.App, Owner: r.actor.User()}
	if n.For = domain.UploadType(kind); n.For == domain.UploadAttachment {
		if n.Channel, err = s.uploadChannel(r, o); err != nil {
			return err
		}
	}
	var err1, err2, err3 error
	n.File, err1 = o.text("filename")
	n.Type, err2 = o.text("content_type")
	n.Shortcode, err3 = o.text("shortcode")
	if err := first(err1, err2, err3); err != nil {
		return err
	}
	n.Size, _ = o.number("size_bytes") // what is none is refused with the file
	if n.For != domain.UploadEmote {
		n.Shortcode = ""
	}
	a, url, err := s.Assets.Begin(r.ctx, n)
	if err != nil {
		return err
	}
	u := newUpload(a)
	u.sending = &sending{UploadURL: url, Method: http.MethodPut, Headers: map[string]string{"Content-Type": a.Declared}}
	r.JSON(http.StatusCreated, u)
	return nil
}

// uploadChannel is the channel of an attachment; the caller must be one who
// may send there (CH-531).
func (s *Server) uploadChannel(r *request, o object) (domain.ChannelID, error) {
	text, err := o.id("channel_id")
	if err != nil {
		return 0, err
	}
	if text == "" {
		return 0, domain.ErrInvalidRequest.Because("channel_id is missing")
	}
	n, err := domain.ParseID(text)
	if err != nil {
		n = 0 // that of no channel
	}
	at, err := s.fresh(r)
	if err != nil {
		return 0, err
	}
	c, found, err := s.Queries.Channel(r.ctx, at, r.actor.App, r.actor.User(), domain.ChannelID(n))
	if err != nil {
		return 0, err
	}
	return c.ID, domain.Authorize(r.actor, domain.TakePart, c.Standing(found))
}

// upload is the upload of the path; text that is no id is that of none.
func (r *request) upload() assets.ID {
	n, err := domain.ParseID(r.Param("upload"))
	if err != nil {
		return 0
	}
	return assets.ID(n)
}

func (s *Server) getUpload(r *request) error {
	a, err := s.Assets.Upload(r.ctx, r.actor.App, r.actor.User(), r.upload())
	if err != nil {
		return err
	}
	r.JSON(http.StatusOK, newUpload(a))
	return nil
}

func (s *Server) completeUpload(r *request) error {
	a, err := s.Assets.Complete(r.ctx, r.actor.App, r.actor.User(), r.upload())
	if err != nil {
		return err
	}
	r.JSON(http.StatusOK, newUpload(a))
	return nil
}
