package account

import (
	"crypto/sha256"
	"sync"
)

// cacheSize bounds each of the two halves of the cache: some 3 MB in all.
const cacheSize = 8192

// cache remembers tokens that were verified, by their digest: a verification
// costs 50 µs, a look here less than one. It says nothing about sessions and
// accounts; those are asked for at every request.
//
// When the young half is full it becomes the old one, and the old one is
// forgotten, save what was asked for since.
type cache struct {
	mu    sync.Mutex // guards both halves
	young map[[sha256.Size]byte]pass
	old   map[[sha256.Size]byte]pass
}

func newCache() *cache {
	return &cache{young: make(map[[sha256.Size]byte]pass)}
}

func (c *cache) get(digest [sha256.Size]byte) (pass, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.young[digest]; ok {
		return known, true
	}
	known, ok := c.old[digest]
	if ok {
		c.keep(digest, known)
	}
	return known, ok
}

func (c *cache) put(digest [sha256.Size]byte, good pass) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(digest, good)
}

func (c *cache) keep(digest [sha256.Size]byte, good pass) {
	if len(c.young) >= cacheSize {
		c.old, c.young = c.young, make(map[[sha256.Size]byte]pass)
	}
	c.young[digest] = good
}
