package socket

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"
)

// pair is a connection and the client's end of it. Everything is in memory, so
// that the clock of the test is the only one.
func pair(t *testing.T, c Config) (*Conn, net.Conn) {
	server, client := net.Pipe()
	conn := newConn(server, bufio.NewReaderSize(server, 256), c.withDefaults())
	t.Cleanup(func() { conn.Release(); client.Close() })
	return conn, client
}

// masked is a frame as a client sends it.
func masked(op ws.OpCode, fin bool, payload string) []byte {
	return ws.MustCompileFrame(ws.MaskFrame(ws.NewFrame(op, fin, []byte(payload))))
}

// script writes what the client says, in the background.
func script(client net.Conn, frames ...[]byte) {
	go func() {
		for _, f := range frames {
			if _, err := client.Write(f); err != nil {
				return
			}
		}
	}()
}

// closeCode reads frames until the close frame.
func closeCode(t *testing.T, client net.Conn) int {
	t.Helper()
	for {
		f, err := readFrame(client)
		require.NoError(t, err)
		if f.Header.OpCode == ws.OpClose {
			code, _ := ws.ParseCloseFrameData(f.Payload)
			return int(code)
		}
	}
}

func TestMessages(t *testing.T) {
	for name, test := range map[string]struct {
		frames [][]byte
		want   string
	}{
		"one frame":           {[][]byte{masked(ws.OpText, true, "héllo")}, "héllo"},
		"empty":               {[][]byte{masked(ws.OpText, true, "")}, ""},
		"pieces":              {[][]byte{masked(ws.OpText, false, "a"), masked(ws.OpContinuation, false, ""), masked(ws.OpContinuation, true, "b")}, "ab"},
		"a split rune":        {[][]byte{masked(ws.OpText, false, "h\xc3"), masked(ws.OpContinuation, true, "\xa9")}, "hé"},
		"a pong aside":        {[][]byte{masked(ws.OpPong, true, "x"), masked(ws.OpText, true, "y")}, "y"},
		"as large as allowed": {[][]byte{masked(ws.OpText, true, strings.Repeat("x", 64<<10))}, strings.Repeat("x", 64<<10)},
	} {
		t.Run(name, func(t *testing.T) {
			conn, client := pair(t, Config{})
			script(client, test.frames...)
			got, err := conn.Read()
			require.NoError(t, err)
			require.Equal(t, test.want, string(got))
		})
	}
}

func TestWhatBreaksTheProtocolIsClosedWithItsCode(t *testing.T) {
	rows(t, "CH-809 CH-822 RS-112 RS-113")
	unmasked := ws.MustCompileFrame(ws.NewTextFrame([]byte("x")))
	reserved := masked(ws.OpText, true, "x")
	reserved[0] |= 0x40
	opcode := masked(ws.OpText, true, "x")
	opcode[0] = 0x83
	huge := []byte{0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}
	binary.BigEndian.PutUint64(huge[2:], 4<<20)
	endless := append([]byte(nil), huge...)
	endless[2] = 0xff
	pieces := [][]byte{masked(ws.OpText, false, "")}
	for range 2000 {
		pieces = append(pieces, masked(ws.OpContinuation, false, ""))
	}
	for name, test := range map[string]struct {
		frames [][]byte
		code   int
	}{
		"unmasked":                  {[][]byte{unmasked}, ProtocolError},
		"a reserved bit":            {[][]byte{reserved}, ProtocolError},
		"an unknown opcode":         {[][]byte{opcode}, ProtocolError},
		"a fragmented ping":         {[][]byte{masked(ws.OpPing, false, "x")}, ProtocolError},
		"a large ping":              {[][]byte{masked(ws.OpPing, true, strings.Repeat("x", 126))}, ProtocolError},
		"a piece of nothing":        {[][]byte{masked(ws.OpContinuation, true, "x")}, ProtocolError},
		"text within text":          {[][]byte{masked(ws.OpText, false, "x"), masked(ws.OpText, true, "x")}, ProtocolError},
		"binary":                    {[][]byte{masked(ws.OpBinary, true, "x")}, Unsupported},
		"no UTF-8":                  {[][]byte{masked(ws.OpText, true, "\xff\xfe")}, InvalidText},
		"half a rune":               {[][]byte{masked(ws.OpText, true, "\xc3")}, InvalidText},
		"a frame of 4 MiB":          {[][]byte{huge}, TooLarge},
		"a frame without end":       {[][]byte{endless}, ProtocolError},
		"one byte too many":         {[][]byte{masked(ws.OpText, true, strings.Repeat("x", 64<<10+1))}, TooLarge},
		"too large in pieces":       {[][]byte{masked(ws.OpText, false, strings.Repeat("x", 40<<10)), masked(ws.OpContinuation, true, strings.Repeat("x", 40<<10))}, TooLarge},
		"very many pieces":          {pieces, PolicyViolation},
		"a close frame of one byte": {[][]byte{masked(ws.OpClose, true, "x")}, ProtocolError},
	} {
		t.Run(name, func(t *testing.T) {
			conn, client := pair(t, Config{Grace: time.Second})
			script(client, test.frames...)
			ended := make(chan error, 1)
			go func() {
				_, err := conn.Read()
				conn.Release()
				ended <- err
			}()
			require.Equal(t, test.code, closeCode(t, client))
			require.ErrorIs(t, <-ended, ErrClosed)
		})
	}
}

func TestAClientThatSaysGoodbyeIsAnswered(t *testing.T) {
	conn, client := pair(t, Config{})
	script(client, masked(ws.OpClose, true, "\x03\xe8bye"))
	go conn.Read()
	require.Equal(t, Normal, closeCode(t, client))
}

func TestPingsAreAnswered(t *testing.T) {
	conn, client := pair(t, Config{})
	script(client, masked(ws.OpPing, true, "are you there"))
	go conn.Read()
	f, err := readFrame(client)
	require.NoError(t, err)
	require.Equal(t, ws.OpPong, f.Header.OpCode)
	require.Equal(t, "are you there", string(f.Payload))
}

func TestASilentClientIsClosedAfter90Seconds(t *testing.T) {
	rows(t, "CH-804 CH-822")
	synctest.Test(t, func(t *testing.T) {
		conn, client := pair(t, Config{})
		began := time.Now()
		go func() {
			for {
				if _, err := conn.Read(); err != nil {
					conn.Release()
					return
				}
			}
		}()
		<-time.After(80 * time.Second) // by the clock of the test
		_, err := client.Write(masked(ws.OpText, true, "still here"))
		require.NoError(t, err)
		require.Equal(t, HeartbeatMissed, closeCode(t, client))
		require.Equal(t, 170*time.Second, time.Since(began))
	})
}

func TestASlowReaderIsClosedAndHoldsNobodyUp(t *testing.T) {
	rows(t, "CH-821 RS-116")
	synctest.Test(t, func(t *testing.T) {
		meter := &Meter{}
		conn, client := pair(t, Config{Queue: 8, Meter: meter})
		f := Frame([]byte("hello"))
		for range 8 {
			require.True(t, conn.Push(f))
		}
		synctest.Wait()
		for range 100 { // it returns at once, though nobody reads
			conn.Push(f)
		}
		require.False(t, conn.Push(f))
		require.Equal(t, TooSlow, closeCode(t, client))
		require.Equal(t, uint64(1), meter.Stats().Closes[TooSlow])
		require.NotZero(t, meter.Stats().Dropped)
	})
}

func TestASlowReaderThatNeverReadsIsGoneAfterTheGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, _ := pair(t, Config{Queue: 8})
		for range 20 {
			conn.Push(Frame([]byte("hello")))
		}
		began := time.Now()
		_, err := conn.Read()
		require.ErrorIs(t, err, ErrClosed)
		require.LessOrEqual(t, time.Since(began), 10*time.Second)
	})
}

func TestALongPastWaitsForTheReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, client := pair(t, Config{Queue: 8})
		const n = 100
		done := make(chan error, 1)
		go func() {
			frames := make([][]byte, n)
			for i := range frames {
				frames[i] = Frame([]byte{byte('a' + i%26)})
			}
			done <- conn.PushWait(context.Background(), frames...)
		}()
		for i := range n {
			f, err := readFrame(client)
			require.NoError(t, err)
			require.Equal(t, string(byte('a'+i%26)), string(f.Payload))
		}
		require.NoError(t, <-done)
	})
}

func TestAWaitEndsWithTheConnectionAndTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, _ := pair(t, Config{Queue: 8})
		frames := make([][]byte, 100)
		for i := range frames {
			frames[i] = Frame([]byte("x"))
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		require.ErrorIs(t, conn.PushWait(ctx, frames...), context.DeadlineExceeded)
		done := make(chan error, 1)
		go func() { done <- conn.PushWait(context.Background(), frames...) }()
		synctest.Wait()
		conn.Release()
		require.ErrorIs(t, <-done, ErrClosed)
	})
}

func TestClosingSaysGoodbyeAfterWhatWaits(t *testing.T) {
	rows(t, "CH-822")
	conn, client := pair(t, Config{})
	conn.Push(Frame([]byte("last words")))
	conn.Close(GoingAway, "the server stops")
	require.False(t, conn.Push(Frame([]byte("too late"))))
	f, err := readFrame(client)
	require.NoError(t, err)
	require.Equal(t, "last words", string(f.Payload))
	require.Equal(t, GoingAway, closeCode(t, client))
}

func TestABrokenConnectionEndsTheReader(t *testing.T) {
	conn, client := pair(t, Config{})
	client.Close()
	_, err := conn.Read()
	require.True(t, errors.Is(err, ErrClosed))
	require.NotErrorIs(t, err, io.EOF)
}

// rows says which rows of the contracts a test is about.
func rows(t *testing.T, ids string) {
	t.Helper()
	t.Log(ids)
}

// readFrame reads a frame of the server.
func readFrame(client net.Conn) (ws.Frame, error) {
	h, err := ws.ReadHeader(client)
	if err != nil {
		return ws.Frame{}, err
	}
	f := ws.Frame{Header: h, Payload: make([]byte, h.Length)}
	_, err = io.ReadFull(client, f.Payload)
	return f, err
}
