package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// Bounds of stopping, after the delay of the drain.
const (
	// lastCall is how long connections are still taken that the system has
	// accepted already.
	lastCall = 20 * time.Millisecond
	// drainTimeout is how long requests under way may take. With the usual
	// delay all ends within 15 seconds.
	drainTimeout = 11 * time.Second
)

// listener is one that can end without resetting anybody who has come.
type listener struct {
	*net.TCPListener
	warn func(error)
}

func listen(addr string, logger *slog.Logger) (*listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot serve on %s: %w: choose another address with --addr or PARLEY_ADDR", addr, err)
	}
	return &listener{l.(*net.TCPListener), func(err error) { logger.Debug("stop listening", "err", err) }}, nil
}

// end lets nobody new come, has those served who are there, and then ends
// Accept.
func (l *listener) end() {
	if err := errors.Join(turnAway(l.TCPListener), l.SetDeadline(time.Now().Add(lastCall))); err != nil {
		l.warn(err)
	}
}

// Accept takes the next connection; net.ErrClosed after end.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.TCPListener.Accept()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, net.ErrClosed
	}
	return c, err
}

// drain stops in good order: readiness fails at once and connections end with
// their next answer, while everybody is served for some time; then nobody new
// is let in, sockets are said goodbye, and what is under way is finished.
func (c *serveCmd) drain(n *node, h *http.Server, l *listener, serving <-chan error, logger *slog.Logger) error {
	logger.Info("stopping", "listening_for", c.DrainDelay.String())
	n.server.Drain()
	delay := time.NewTimer(c.DrainDelay)
	defer delay.Stop()
	select {
	case <-delay.C:
	case <-n.postgresGone(): // nothing can be served
	case err := <-serving:
		return fmt.Errorf("serve: %w", err)
	}
	l.end()
	<-serving
	var sockets sync.WaitGroup
	defer sockets.Wait()
	sockets.Go(n.server.Sockets.Close)
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	if err := h.Shutdown(ctx); err != nil {
		logger.Warn("requests were still under way", "err", err)
		h.Close()
	}
	return nil
}
