package server

import (
	"context"

	"github.com/ThreeDotsLabs/watermill/message"

	"parley/domain"
	"parley/internal/typing"
)

// openTyping gives who types here, with what other nodes say about that.
func (s *Server) openTyping(running context.Context, c Config) (*typing.Board, <-chan *message.Message, error) {
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
