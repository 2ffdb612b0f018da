package native

import (
	"errors"
	"net/http"
	"strconv"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

// appendMessage appends the Message of section 1 of the contract. It is the
// body of nearly every answer, so it is written by hand.
func appendMessage(b []byte, m queries.Message) []byte {
	b = append(b, `{"id":`...)
	b = m.ID.AppendJSON(b)
	b = append(b, `,"channel_id":`...)
	b = m.Channel.AppendJSON(b)
	b = append(b, `,"sender_id":`...)
	b = domain.AppendJSONString(b, string(m.Sender))
	b = append(b, `,"sender_name":`...)
	b = domain.AppendJSONString(b, m.SenderName)
	b = append(b, `,"body":`...)
	b = domain.AppendJSONString(b, m.Text)
	if len(m.Attachments)+len(m.Emotes)+len(m.Refs)+len(m.Mentions) == 0 {
		b = append(b, `,"attachments":[],"inline_emotes":[]`...)
	} else {
		b = appendMore(b, m)
	}
	b = append(b, `,"created_at":`...)
	b = strconv.AppendInt(b, seconds(m.SentAt), 10)
	b = append(b, `,"edited_at":`...)
	if m.EditedAt == 0 {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendInt(b, seconds(m.EditedAt), 10)
	}
	b = append(b, `,"deleted":`...)
	b = strconv.AppendBool(b, m.Deleted)
	if len(m.Reactions) > 0 {
		return append(appendReactions(append(b, `,"reactions":`...), m.Reactions), '}')
	}
	return append(b, `,"reactions":[]}`...)
}

// appendMore appends what few messages have: attachments, inline emotes, refs
// and mentions.
func appendMore(b []byte, m queries.Message) []byte {
	b = append(b, `,"attachments":[`...)
	for i, a := range m.Attachments {
		b = append(comma(b, i), `{"id":"`...)
		b = strconv.AppendInt(b, int64(i+1), 10)
		b = append(b, `","asset_id":`...)
		b = domain.AppendJSONString(b, a.Asset)
		b = append(b, `,"filename":`...)
		b = domain.AppendJSONString(b, a.File)
		b = append(b, `,"content_type":`...)
		b = domain.AppendJSONString(b, a.Type)
		b = append(b, `,"size_bytes":`...)
		b = append(strconv.AppendInt(b, a.Size, 10), '}')
	}
	b = append(b, `],"inline_emotes":`...)
	b = appendEmotes(b, m.Emotes)
	return appendReferences(b, m.Refs, m.Mentions)
}

func appendEmotes(b []byte, emotes []domain.InlineEmote) []byte {
	b = append(b, '[')
	for i, e := range emotes {
		b = append(comma(b, i), `{"shortcode":`...)
		b = domain.AppendJSONString(b, e.Shortcode)
		b = append(b, `,"asset_id":`...)
		b = domain.AppendJSONString(b, e.Asset)
		b = append(b, `,"start_index":`...)
		b = strconv.AppendInt(b, int64(e.Start), 10)
		b = append(b, `,"end_index":`...)
		b = append(strconv.AppendInt(b, int64(e.End), 10), '}')
	}
	return append(b, ']')
}

// appendReferences appends refs and mentions, each only when there are any
// (CH-327).
func appendReferences(b []byte, refs []domain.MessageID, mentions []domain.UserID) []byte {
	if len(refs) > 0 {
		b = append(b, `,"refs":[`...)
		for i, r := range refs {
			b = r.AppendJSON(comma(b, i))
		}
		b = append(b, ']')
	}
	if len(mentions) > 0 {
		b = append(b, `,"mentions":[`...)
		for i, u := range mentions {
			b = domain.AppendJSONString(comma(b, i), string(u))
		}
		b = append(b, ']')
	}
	return b
}

// comma parts an entry from the one before it.
func comma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

// messageSize is what a message takes in an answer beside its body, roughly.
const messageSize = 320

// answerMessage answers a write with a message.
func (r *request) answerMessage(status int, at int64, m queries.Message) {
	r.settle(at)
	r.json(status, appendMessage(make([]byte, 0, messageSize+len(m.Text)), m))
}

// maxText is the longest body in code points (CH-304).
const maxText = 4000

// Pages of messages (CH-311).
const (
	normalMessages = 50
	maxMessages    = 100
)

func (s *Server) sendMessage(r *request) error {
	o, input, err := r.body()
	if err != nil {
		return err
	}
	w, err1 := o.written()
	files, err2 := o.attachments()
	once, err3 := r.once("send", r.channel())
	out, err := s.Commands.SendMessage(r.ctx, commands.SendMessage{
		By: r.actor, Channel: r.channel(), Text: w.text, Emotes: w.emotes, Attachments: files, Types: s.AttachmentTypes,
		Refs: w.refs, Mentions: w.mentions, Limit: domain.TextLimit{Runes: maxText}, Once: once,
		Input: first(input, err1, err2, err3),
	})
	if err != nil {
		return err
	}
	if out.Repeated { // with the message as it is now (CH-306)
		return s.answerStanding(r, out.Outcome, out.Stream.Channel, out.Stream.Message)
	}
	r.answerMessage(http.StatusCreated, out.Position, queries.Message{
		ID: domain.MessageID(out.ID), Channel: r.channel(), Sender: r.actor.User(), SenderName: out.SenderName,
		Text: w.text, Emotes: w.emotes, Attachments: attached(files), Refs: w.refs, Mentions: w.mentions,
		SentAt: out.Time.UnixMilli(),
	})
	return nil
}

// attached are the files of a message that was just sent.
func attached(files []domain.NewAttachment) []queries.Attachment {
	if len(files) == 0 {
		return nil
	}
	out := make([]queries.Attachment, len(files))
	for i, f := range files {
		out[i] = queries.Attachment{Attachment: f.Attachment, File: f.File}
	}
	return out
}

func (s *Server) listMessages(r *request) error {
	at, err := s.fresh(r)
	if err != nil {
		return err
	}
	limit, err1 := r.limit(normalMessages, maxMessages)
	before, err2 := r.cursor("before")
	after, err3 := r.cursor("after")
	sent, err4 := r.sent()
	input := first(err1, err2, err3, err4)
	if before != 0 && after != 0 {
		input = first(input, domain.ErrInvalidCursor)
	}
	page, in, err := s.Queries.History(r.ctx, at, queries.History{
		App: r.actor.App, Channel: r.channel(), User: r.actor.User(), Before: before, After: after, Sent: sent,
		Limit: max(limit, 1),
	})
	if err != nil {
		return err
	}
	if err := first(domain.Authorize(r.actor, domain.ReadChannel, in), input); err != nil {
		return err
	}
	r.json(http.StatusOK, appendPage(page))
	return nil
}

func (s *Server) getMessage(r *request) error {
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
	if !found {
		return domain.ErrMessageNotFound
	}
	r.json(http.StatusOK, appendMessage(nil, m))
	return nil
}

// appendPage is the answer of CH-310.
func appendPage(p queries.Page) []byte {
	b := make([]byte, 0, 64+2*messageSize*len(p.Messages))
	b = append(b, `{"messages":[`...)
	for i, m := range p.Messages {
		b = appendMessage(comma(b, i), m)
	}
	b = append(b, `],"has_more":`...)
	b = strconv.AppendBool(b, p.More)
	return append(b, '}')
}

// isFault tells a fault from nil and from a refusal.
func isFault(err error) bool {
	var refusal *domain.Error
	return err != nil && !errors.As(err, &refusal)
}
