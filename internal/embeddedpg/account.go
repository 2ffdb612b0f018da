package embeddedpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/user"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// account is who the server runs as.
type account struct {
	name     string
	uid, gid int
	switched bool // not ourselves: we are root, which PostgreSQL refuses
}

// serverAccount is ourselves, or for root an unprivileged account.
func serverAccount(log *slog.Logger) (account, error) {
	if os.Geteuid() != 0 {
		u, err := user.LookupId(strconv.Itoa(os.Geteuid()))
		if err != nil {
			return account{}, fmt.Errorf("PostgreSQL needs an account with an entry in /etc/passwd, user id %d has none: %w",
				os.Geteuid(), err)
		}
		return account{name: u.Username, uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		if name == "nobody" {
			log.Warn("PostgreSQL runs as nobody, which other programs may share; create an account postgres to separate them")
		}
		uid, uidErr := strconv.Atoi(u.Uid)
		gid, gidErr := strconv.Atoi(u.Gid)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return account{}, fmt.Errorf("account %s: %w", name, err)
		}
		return account{name: name, uid: uid, gid: gid, switched: true}, nil
	}
	return account{}, errors.New("PostgreSQL does not run as root and there is no account postgres or nobody; " +
		"create one (useradd --system postgres) or run as another user")
}

// own gives a file or folder to the account.
func (a account) own(path string) error {
	if !a.switched {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

// canEnter reports whether the account can make dir its working directory,
// which asks the kernel instead of guessing from permission bits.
func (a account) canEnter(ctx context.Context, dir string) (bool, error) {
	if !a.switched {
		return true, nil
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", ":")
	cmd.Dir = dir
	cmd.SysProcAttr = a.attributes(syscall.SIGTERM)
	var err error
	onOwnThread(func() { err = cmd.Run() })
	if errors.Is(err, syscall.EACCES) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("run a program as account %s (or start parley as that account): %w", a.name, err)
	}
	return true, nil
}

// attributes make a child run as the account, outside our process group so
// that a Ctrl-C on the terminal reaches only us, and send it the signal when
// the thread that started it is gone (where the system can do that).
func (a account) attributes(whenOrphaned syscall.Signal) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if a.switched {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	setDeathSignal(attr, whenOrphaned)
	return attr
}

// environment is all a child gets of ours: our own may hold secrets.
func environment() []string {
	env := []string{"LC_ALL=C", "HOME=/"}
	for _, name := range []string{"PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// run runs a helper program as the account and waits for it.
func (a account) run(ctx context.Context, stdin, name string, args ...string) error {
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = "/", environment()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &out
	cmd.SysProcAttr = a.attributes(syscall.SIGTERM)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	var err error
	onOwnThread(func() { err = cmd.Run() })
	if err != nil {
		return fmt.Errorf("%s as %s: %w: %s", name, a.name, err, lastLines(out.String(), 5))
	}
	return nil
}

// onOwnThread runs f on a thread that lives exactly as long: a child's death
// signal is tied to the thread that started it, not to the process.
func onOwnThread(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends here
		f()
	}()
	<-done
}

// lastLines joins the last n lines of text for use in an error.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], " | ")
}
