package native

import (
	"net/http"
	"strconv"

	"parley/domain"
	"parley/queries"
)

func (s *Server) listVersions(r *request) error {
	at, err := s.fresh(r)
	if err != nil {
		return err
	}
	limit, err1 := r.limit(normalMessages, maxMessages)
	after, err2 := r.cursor("after")
	page, in, err := s.Queries.Versions(r.ctx, at, queries.Versions{
		App: r.actor.App, Channel: r.channel(), Message: r.message(), User: r.actor.User(), After: int64(after), Limit: max(limit, 1),
	})
	if err != nil {
		return err
	}
	if err := first(domain.Authorize(r.actor, domain.ReadChannel, in), err1, err2); err != nil {
		return err
	}
	if !page.Found {
		return domain.ErrMessageNotFound
	}
	r.json(http.StatusOK, appendVersions(page))
	return nil
}

// appendVersions is the answer of CH-318.
func appendVersions(p queries.VersionPage) []byte {
	b := append([]byte(nil), `{"versions":[`...)
	for i, v := range p.Versions {
		b = append(comma(b, i), `{"version":`...)
		b = domain.MessageID(v.ID).AppendJSON(b)
		b = append(b, `,"body":`...)
		b = domain.AppendJSONString(b, v.Text)
		b = append(b, `,"inline_emotes":`...)
		b = appendEmotes(b, v.Emotes)
		b = appendReferences(b, v.Refs, v.Mentions)
		b = append(b, `,"edited_by":`...)
		if v.By == "" {
			b = append(b, "null"...)
		} else {
			b = domain.AppendJSONString(b, string(v.By))
		}
		b = append(b, `,"created_at":`...)
		b = append(strconv.AppendInt(b, seconds(v.At), 10), '}')
	}
	b = append(b, `],"has_more":`...)
	b = strconv.AppendBool(b, p.More)
	return append(b, '}')
}
