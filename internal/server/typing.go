package server

import (
	"context"

	"github.com/ThreeDotsLabs/watermill/message"

	"parley/domain"
	"parley/internal/signals"
	"parley/internal/typing"
)

// openTyping opens the signal bus, over the database if there may be other
// nodes, and gives who types here with what the others say about that.
func (s *Server) openTyping(ctx, running context.Context, c Config) (*typing.Board, <-chan *message.Message, error) {
	config := signals.Config{Logger: c.Logger}
	if c.Shared {
		config.Database = s.Pool.Config().ConnConfig
	}
	var err error
	if s.signals, err = signals.Open(ctx, config); err != nil {
		return nil, nil, err
	}
	board, err := typing.New(typing.Config{
		Publisher: s.signals, Now: c.Now, Logger: c.Logger, Show: s.showTyping,
		LastWrite: func(app domain.AppID, u domain.UserID) int64 { return s.Commands.LastWrite(app, u) },
	})
	if err != nil {
		return nil, nil, err
	}
	s.typing = board
	heard, err := s.signals.Subscribe(running, typing.Topic)
	return board, heard, err
}
