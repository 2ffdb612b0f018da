package bench

import (
	"fmt"
	"strconv"
	"strings"
)

// digits is how wide the number of a request is inside its bytes.
const digits = 12

// text is what people say in a measurement: with the number of the request
// before it about 150 bytes.
const text = "The quick brown fox jumps over the lazy dog while a chat of many people goes on, and nobody stops to read it all again."

// Send is a prepared POST of a message. A number inside it makes every
// message, and every idempotency key, another one.
type Send struct {
	bytes []byte
	marks []int // where the number stands
}

// NewSend prepares the sending of messages as the bearer of a token. mark
// tells clients apart; with once, each message has an idempotency key.
func NewSend(addr, path, token, mark string, once bool) *Send {
	number := strings.Repeat("0", digits)
	body := fmt.Sprintf(`{"body":"%s %s %s"}`, mark, number, text)
	key := ""
	if once {
		key = fmt.Sprintf("Idempotency-Key: %s-%s\r\n", mark, number)
	}
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n",
		path, addr, token, key, len(body))
	s := &Send{bytes: []byte(head + body)}
	s.marks = append(s.marks, len(head)+strings.Index(body, number))
	if once {
		s.marks = append(s.marks, strings.Index(head, mark+"-"+number)+len(mark)+1)
	}
	return s
}

// Bytes is the request with a number.
func (s *Send) Bytes(n int64) []byte {
	for _, at := range s.marks {
		for i, left := at+digits-1, n; i >= at; i-- {
			s.bytes[i] = byte('0' + left%10)
			left /= 10
		}
	}
	return s.bytes
}

// Get is a prepared GET.
type Get struct {
	rest  string
	bytes []byte
}

// NewGet prepares reading as the bearer of a token.
func NewGet(addr, token string) *Get {
	return &Get{rest: fmt.Sprintf(" HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n", addr, token)}
}

// Bytes is the request for a path with a query.
func (g *Get) Bytes(path, query string) []byte {
	g.bytes = append(g.bytes[:0], "GET "...)
	g.bytes = append(g.bytes, path...)
	g.bytes = append(g.bytes, query...)
	g.bytes = append(g.bytes, g.rest...)
	return g.bytes
}

// Call is a prepared request with a JSON body.
type Call struct {
	head  string
	bytes []byte
}

// NewCall prepares calls as the bearer of a token.
func NewCall(addr, token string) *Call {
	return &Call{head: fmt.Sprintf(" HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: ", addr, token)}
}

// Bytes is the request.
func (c *Call) Bytes(method, path, body string) []byte {
	c.bytes = append(c.bytes[:0], method...)
	c.bytes = append(c.bytes, ' ')
	c.bytes = append(c.bytes, path...)
	c.bytes = append(c.bytes, c.head...)
	c.bytes = strconv.AppendInt(c.bytes, int64(len(body)), 10)
	c.bytes = append(c.bytes, "\r\n\r\n"...)
	c.bytes = append(c.bytes, body...)
	return c.bytes
}
