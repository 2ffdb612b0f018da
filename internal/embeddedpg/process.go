package embeddedpg

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// process is one run of the postmaster.
type process struct {
	cmd     *exec.Cmd
	done    chan struct{} // closed when it has ended
	err     error         // how; read it after done
	log     string
	logFrom int64 // where its own part of the log begins
	ready   time.Time
}

// launch starts postgres itself, not pg_ctl, which would detach it. It gets
// SIGINT (fast shutdown) when we die, even by SIGKILL.
func (c *cluster) launch() (*process, error) {
	out, err := os.OpenFile(c.logFile(), os.O_WRONLY|os.O_CREATE|os.O_APPEND|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("log of the database: %w", err)
	}
	defer out.Close() // the child has its own
	info, err := out.Stat()
	if err != nil {
		return nil, fmt.Errorf("log of the database: %w", err)
	}
	cmd := exec.Command(c.bin.postgres(), c.args...)
	cmd.Dir, cmd.Env = "/", environment()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = c.account.attributes(syscall.SIGINT)

	p := &process{cmd: cmd, done: make(chan struct{}), log: c.logFile(), logFrom: info.Size()}
	started := make(chan error)
	go onOwnThread(func() {
		defer close(p.done)
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
		}
	})
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s as %s: %w", c.bin.postgres(), c.account.name, err)
	}
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// stop asks for a fast shutdown and, when ctx ends first, for an immediate
// one, after which the next start replays the log. It returns when the
// process has ended.
func (p *process) stop(ctx context.Context) {
	_ = p.cmd.Process.Signal(os.Interrupt) // it may have ended already
	select {
	case <-p.done:
		return
	case <-ctx.Done():
	}
	_ = p.cmd.Process.Signal(syscall.SIGQUIT)
	<-p.done
}

// exited describes the end of the process with the last words in its log.
func (p *process) exited() error {
	return &exitError{state: fmt.Sprint(p.err), log: p.log, words: p.ownLog()}
}

// ownLog returns the end of what this run has written to the log.
func (p *process) ownLog() string {
	f, err := os.Open(p.log)
	if err != nil {
		return ""
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	from := max(p.logFrom, info.Size()-16<<10)
	text, _ := io.ReadAll(io.NewSectionReader(f, from, info.Size()-from)) // only for an error's text
	return string(text)
}

// exitError is the end of a PostgreSQL that was not asked to end.
type exitError struct{ state, log, words string }

func (e *exitError) Error() string {
	return fmt.Sprintf("PostgreSQL ended (%s), more in %s: %s", e.state, e.log, lastLines(e.words, 4))
}

// transient says that a predecessor, or what is left of it, is about to go.
func (e *exitError) transient() bool {
	return strings.Contains(e.words, "pre-existing shared memory block") ||
		strings.Contains(e.words, `lock file "`) && strings.Contains(e.words, "already exists")
}
