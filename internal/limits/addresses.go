package limits

import (
	"net/netip"
	"time"

	"golang.org/x/time/rate"
)

// An address may fail so often to authenticate.
const (
	failures   = 10
	failureGap = time.Minute / failures
)

// address is whom failures are counted for: an IPv4 address or an IPv6
// network of 64 bits, which one host can fill at will.
type address netip.Prefix

// Failed counts a credential that was wrong for the peer of a connection, as
// host:port. Beyond 10 a minute it tells how long to wait; 0 means answer as
// usual. A right credential is never counted, nor refused for its address:
// behind a proxy all clients share one.
func (l *Limiter) Failed(peer string) (retry time.Duration) {
	a, ok := l.addressOf(peer)
	if !ok {
		return 0
	}
	b, found := l.addresses.GetIfPresent(a)
	if !found {
		b, _ = l.addresses.SetIfAbsent(a, rate.NewLimiter(rate.Every(failureGap), failures))
	}
	return take(l.c.Now(), b)
}

// addressOf is false for peers that are not counted: those on this machine,
// unless the configuration says otherwise.
func (l *Limiter) addressOf(peer string) (address, bool) {
	at, err := netip.ParseAddrPort(peer)
	if err != nil {
		return address{}, l.c.Loopback // a socket without addresses is local
	}
	ip := at.Addr().Unmap()
	if ip.IsLoopback() && !l.c.Loopback {
		return address{}, false
	}
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	p, err := ip.WithZone("").Prefix(bits)
	return address(p), err == nil
}
