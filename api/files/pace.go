package files

import (
	"io"
	"net/http"
	"time"
)

// Pace is how slow a client may be. Files take longer than the server's
// timeouts for other requests allow, so they have their own.
type Pace struct {
	Stall time.Duration // longest wait for one piece
	Grace time.Duration // for all, beside what the bytes take
	Rate  int64         // least bytes per second
}

// NormalPace allows 25 MB in half an hour.
var NormalPace = Pace{Stall: 20 * time.Second, Grace: 30 * time.Second, Rate: 16 << 10}

// end is when so many bytes have to be through.
func (p Pace) end(now time.Time, size int64) time.Time {
	return now.Add(p.Grace + time.Duration(size)*time.Second/time.Duration(p.Rate))
}

// next is when the next piece has to be through.
func (p Pace) next(end time.Time) time.Time {
	if next := time.Now().Add(p.Stall); next.Before(end) {
		return next
	}
	return end
}

// pacedReader reads a request's body.
type pacedReader struct {
	io.Reader
	pace    Pace
	control *http.ResponseController
	end     time.Time
}

func (p *pacedReader) Read(b []byte) (int, error) {
	_ = p.control.SetReadDeadline(p.pace.next(p.end)) // a connection without is bounded by its server
	return p.Reader.Read(b)
}

// pacedWriter writes an answer. A refusal of the standard library is held back
// for one of ours.
type pacedWriter struct {
	http.ResponseWriter
	pace    Pace
	control *http.ResponseController
	end     time.Time
	refused int // its status
}

func (p *pacedWriter) WriteHeader(status int) {
	if status >= http.StatusBadRequest {
		p.refused = status
		return
	}
	p.ResponseWriter.WriteHeader(status)
}

func (p *pacedWriter) Write(b []byte) (int, error) {
	if p.refused != 0 {
		return len(b), nil
	}
	_ = p.control.SetWriteDeadline(p.pace.next(p.end))
	return p.ResponseWriter.Write(b)
}
