package native

import (
	"net/http"

	"parley/domain"
	"parley/internal/assets"
	"parley/queries"
)

// getAttachmentURL answers CH-510 to CH-515.
func (s *Server) getAttachmentURL(r *request) error {
	at, err := s.fresh(r)
	if err != nil {
		return err
	}
	m, found, in, err := s.Queries.Message(r.ctx, at, r.actor.App, r.actor.User(), r.channel(), r.message())
	if err != nil {
		return err
	}
	if err := domain.Authorize(r.actor, domain.ReadChannel, in); err != nil {
		return err
	}
	size := r.DefaultQuery("size", assets.Full)
	if !assets.ValidSize(size) {
		return domain.ErrInvalidSize
	}
	if !found || m.Deleted {
		return domain.ErrMessageNotFound
	}
	file, ok := r.attachment(m)
	switch {
	case !ok:
		return domain.ErrAttachmentNotFound
	case size != assets.Full && !assets.Sizeable(file.Type):
		return domain.ErrInvalidSize.Because("only images have other sizes than full")
	}
	url, expires := s.Assets.URL(r.actor.App, file.Asset, size)
	r.JSON(http.StatusOK, map[string]any{"url": url, "expires_at": expires.Unix()})
	return nil
}

// attachment is the file of the path: its 1-based place in the message.
func (r *request) attachment(m queries.Message) (queries.Attachment, bool) {
	n, err := domain.ParseID(r.Param("attachment"))
	if err != nil || n > int64(len(m.Attachments)) {
		return queries.Attachment{}, false
	}
	return m.Attachments[n-1], true
}
