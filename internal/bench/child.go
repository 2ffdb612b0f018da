package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Bounds of starting and stopping a server.
const (
	startTime = 2 * time.Minute
	stopTime  = time.Minute
)

// child is a server process that this one has started.
type child struct {
	name string
	url  string
	log  string // file with its standard error
	cmd  *exec.Cmd
	done chan struct{}
	err  error // how it ended; read it after done
}

// startChild runs this binary with other arguments and returns when it says
// that it is ready.
func startChild(ctx context.Context, exe, name, dir string, env, args []string) (*child, error) {
	c := &child{name: name, log: filepath.Join(dir, name+".log"), cmd: exec.Command(exe, args...), done: make(chan struct{})}
	log, err := os.Create(c.log)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the child has its own
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	// Its own process group: Ctrl-C reaches this process, which stops it.
	c.cmd.Env, c.cmd.Stdout, c.cmd.Stderr = append(environment(), env...), w, log
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(c.cmd.SysProcAttr)
	started := make(chan error)
	go func() {
		// The death signal comes with the end of the starting thread.
		runtime.LockOSThread()
		defer close(c.done)
		err := c.cmd.Start()
		w.Close()
		started <- err
		if err == nil {
			c.err = c.cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		r.Close()
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	ready := make(chan string, 1)
	go c.listen(r, ready)
	return c, c.await(ctx, ready)
}

// listen finds the line that says where the server is, and reads on so that
// the server never waits for a reader.
func (c *child) listen(r io.ReadCloser, ready chan<- string) {
	defer r.Close()
	s := bufio.NewScanner(r)
	for s.Scan() {
		if url, ok := strings.CutPrefix(s.Text(), "ready on "); ok {
			ready <- url
			break
		}
	}
	io.Copy(io.Discard, r)
}

func (c *child) await(ctx context.Context, ready <-chan string) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	select {
	case c.url = <-ready:
		return nil
	case <-c.done:
		return fmt.Errorf("%s ended before it was ready: %w\n%s", c.name, errors.Join(c.err, ctx.Err()), c.lastWords())
	case <-ctx.Done():
		c.stop()
		return fmt.Errorf("%s is not ready: %w\n%s", c.name, ctx.Err(), c.lastWords())
	}
}

func (c *child) lastWords() string {
	b, err := os.ReadFile(c.log)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b[max(0, len(b)-2000):]))
}

// stop ends the process and waits for it.
func (c *child) stop() {
	c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.done:
		return
	case <-time.After(stopTime):
	}
	c.cmd.Process.Kill()
	<-c.done
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// environment is ours without the settings of parley: a measurement is
// configured by its own flags only.
func environment() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PARLEY_") {
			env = append(env, v)
		}
	}
	return env
}
