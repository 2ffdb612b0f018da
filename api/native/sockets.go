package native

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"parley/api/envelope"
	"parley/commands"
	"parley/domain"
	"parley/internal/auth"
	"parley/internal/fanout"
	"parley/internal/limits"
	"parley/internal/socket"
	"parley/queries"
)

// Tickets are what opens a socket without a header (CH-801, CH-802).
type Tickets interface {
	Issue(ctx context.Context, s auth.Session) (ticket string, expires time.Time, err error)
	Redeem(ctx context.Context, ticket string) (s auth.Session, ok bool, err error)
	Good(ctx context.Context, ticket string) (bool, error)
}

// Sessions verifies tokens for as long as a socket is open.
type Sessions interface {
	Open(ctx context.Context, token string) (auth.Session, error)
	Holds(ctx context.Context, c auth.Credential) (bool, error)
}

// Sockets are the WebSockets of a node (CH-801 to CH-823). Run must be running.
type Sockets struct {
	Hub      *fanout.Hub
	Tickets  Tickets
	Sessions Sessions
	Commands *commands.Service
	Queries  *queries.Service
	Limits   *limits.Limiter
	Logger   *slog.Logger
	Now      func() time.Time
	// Origins are the web origins from which a socket may be opened; none: any,
	// since no browser sends a credential by itself.
	Origins []string
	// Most is how many sockets the node keeps; 0: 50,000.
	Most int
	// Queue is how many frames may wait for one socket; 0: 1,024 (CH-821).
	Queue int

	meter   socket.Meter
	formats map[string]*format
	typists chan commands.TypingSignal

	mu       sync.Mutex
	sessions map[*session]struct{}
	users    map[userKey]int
	total    int // sockets, those that are being opened included
	closed   bool
	open     sync.WaitGroup
}

type userKey struct {
	app  domain.AppID
	user domain.UserID
}

// normalSockets is how many sockets a node keeps by default.
const normalSockets = 50_000

// typingQueue is how many typing signals wait to be shown; more are dropped,
// as typing may be.
const typingQueue = 1024

// Prepare completes a Sockets whose fields are set, before anything is served.
func (s *Sockets) Prepare() *Sockets {
	if s.Most == 0 {
		s.Most = normalSockets
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	s.formats = map[string]*format{"": {s: s}, namesOfPage: {s: s, page: true}}
	s.typists = make(chan commands.TypingSignal, typingQueue)
	s.sessions, s.users = map[*session]struct{}{}, map[userKey]int{}
	return s
}

// Stats counts sockets and frames.
func (s *Sockets) Stats() socket.Stats { return s.meter.Stats() }

// Run ends sockets whose token has expired or whose key is revoked, and shows
// who types, until the context ends.
func (s *Sockets) Run(ctx context.Context) {
	var loops sync.WaitGroup
	defer loops.Wait()
	loops.Go(func() { s.showTyping(ctx) })
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.check(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// check closes the sockets whose right to be open has ended.
func (s *Sockets) check(ctx context.Context) {
	now := s.Now()
	holders := map[auth.Credential][]*session{}
	s.mu.Lock()
	for o := range s.sessions {
		if !now.Before(o.expires) {
			o.conn.Close(socket.TokenExpired, "the token has expired")
			continue
		}
		holders[o.credential] = append(holders[o.credential], o)
	}
	s.mu.Unlock()
	for c, held := range holders {
		ok, err := s.Sessions.Holds(ctx, c)
		if err != nil {
			s.Logger.Warn("cannot tell whether a key still holds", "app", c.App, "err", err)
			continue
		}
		for _, o := range held {
			if !ok {
				o.conn.Close(socket.TokenExpired, "the token is not valid any more")
			}
		}
	}
}

// Close says goodbye to every socket and waits until all have ended. None is
// opened from then on.
func (s *Sockets) Close() {
	s.mu.Lock()
	s.closed = true
	for o := range s.sessions {
		o.conn.Close(socket.GoingAway, "the server stops")
	}
	s.mu.Unlock()
	s.open.Wait()
}

// reserve counts a socket of a user in, before it is opened.
func (s *Sockets) reserve(k userKey, most int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return domain.ErrUnavailable.Because("the server stops; connect again")
	case s.total >= s.Most:
		return domain.ErrUnavailable.Because("this server keeps no more sockets")
	case most > 0 && s.users[k] >= most:
		return domain.ErrRateLimited.Because("a user has at most %d sockets here", most)
	}
	s.users[k]++
	s.total++
	s.open.Add(1)
	return nil
}

// free undoes reserve.
func (s *Sockets) free(k userKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[k]--; s.users[k] == 0 {
		delete(s.users, k)
	}
	s.total--
	s.open.Done()
}

// enter adds an open socket; one that comes too late is closed again.
func (s *Sockets) enter(o *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[o] = struct{}{}
	if s.closed {
		o.conn.Close(socket.GoingAway, "the server stops")
	}
}

func (s *Sockets) exit(o *session) {
	s.mu.Lock()
	delete(s.sessions, o)
	s.mu.Unlock()
	s.free(userKey{o.actor.App, o.actor.User()})
}

// createTicket answers CH-801. A body is not read.
func (s *Server) createTicket(r *request) error {
	token, err := r.bearer()
	if err != nil {
		return err
	}
	open, err := s.Sockets.Sessions.Open(r.ctx, token)
	if err != nil {
		return err
	}
	ticket, expires, err := s.Sockets.Tickets.Issue(r.ctx, open)
	if err != nil {
		return err
	}
	r.settleName()
	r.JSON(http.StatusOK, map[string]any{"data": map[string]any{"ticket": ticket, "expires_at": expires.Unix()}})
	return nil
}

// errOrigin refuses a page of an origin that is not allowed.
var errOrigin = domain.ErrForbidden.Because("pages of this origin may not open sockets")

// admit finds out who opens a socket: a ticket, or a bearer token (CH-802).
func (s *Sockets) admit(r *request) (auth.Session, error) {
	ticket := r.Query("ticket")
	bearer := r.GetHeader("Authorization") != ""
	switch {
	case ticket == "" && !bearer:
		return auth.Session{}, domain.ErrInvalidTicket
	case ticket == "":
		open, err := s.bearer(r)
		return open, first(err, s.mayOpen(r))
	}
	if denied := s.mayOpen(r); denied != nil { // the ticket stays good
		good, err := s.Tickets.Good(r.ctx, ticket)
		if err == nil && !good {
			err = s.noTicket(r)
		}
		return auth.Session{}, first(err, denied)
	}
	open, ok, err := s.Tickets.Redeem(r.ctx, ticket)
	if err == nil && !ok {
		err = s.noTicket(r)
	}
	if err != nil {
		return auth.Session{}, err
	}
	held, err := s.Sessions.Holds(r.ctx, open.Credential)
	if err == nil && (!held || !s.Now().Before(open.Expires)) {
		err = domain.ErrInvalidTicket
	}
	return open, err
}

// mayOpen refuses handshakes of foreign pages, and requests that are none
// (CH-826).
func (s *Sockets) mayOpen(r *request) error {
	switch {
	case !s.fromHere(r.Request):
		return errOrigin
	case !socket.Acceptable(r.Request):
		r.Header("Upgrade", "websocket")
		return domain.ErrInvalidRequest.Because("this path takes WebSocket handshakes of version 13")
	}
	return nil
}

// noTicket refuses a ticket that is not good, and a peer that tries many.
func (s *Sockets) noTicket(r *request) error {
	if retry := s.Limits.Failed(r.Request.RemoteAddr); retry > 0 {
		return envelope.TooMany(r.Context, retry)
	}
	return domain.ErrInvalidTicket
}

// bearer is the session of the token in the header.
func (s *Sockets) bearer(r *request) (auth.Session, error) {
	token, err := r.bearer()
	if err != nil {
		return auth.Session{}, err
	}
	open, err := s.Sessions.Open(r.ctx, token)
	if errors.Is(err, domain.ErrInvalidToken) {
		if retry := s.Limits.Failed(r.Request.RemoteAddr); retry > 0 {
			return open, envelope.TooMany(r.Context, retry)
		}
	}
	return open, err
}
