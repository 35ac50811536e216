package account

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"accord/pkg/fault"
)

func TestNewPassword(t *testing.T) {
	t.Parallel()
	s := &Service{common: newCommon()}
	random := "kV9#mQ2x!tR7&pLw"

	t.Run("counts code points after NFKC", func(t *testing.T) {
		t.Parallel()
		for _, password := range []string{"昨夜西风凋碧树独上高楼望尽天", "kV9#mQ2x!tR7&p", "e\u0301V9#mQ2x!tR7&p"} {
			_, err := s.newSecret("/password", password)
			invalid(t, err, "/password password_too_short")
		}
		for _, password := range []string{"昨夜西风凋碧树独上高楼望尽天涯", "kV9#mQ2x!tR7&pL", "ﬃV9#mQ2x!tR7&p"} {
			if _, err := s.newSecret("/password", password); err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("no composition is asked for", func(t *testing.T) {
		t.Parallel()
		if _, err := s.newSecret("/password", "xkqvbzjwpfhdgml"); err != nil {
			t.Error(err)
		}
	})
	t.Run("spaces count and stay", func(t *testing.T) {
		t.Parallel()
		secret, err := s.newSecret("/password", " "+random+" ")
		if err != nil || secret != " "+random+" " {
			t.Errorf("got %q, %v", secret, err)
		}
	})
	t.Run("256 characters are taken whole, more are refused and not cut", func(t *testing.T) {
		t.Parallel()
		long := strings.Repeat(random, 16)
		if secret, err := s.newSecret("/password", long[:MaxPassword]); err != nil || secret != long {
			t.Errorf("got %q, %v", secret, err)
		}
		_, err := s.newSecret("/password", long+"x")
		invalid(t, err, "/password password_too_long")
	})
	t.Run("1024 bytes are the most, before and after NFKC", func(t *testing.T) {
		t.Parallel()
		for _, password := range []string{strings.Repeat("龍", 342), strings.Repeat("ﷺ", 20), strings.Repeat("x", 10<<20)} {
			_, err := s.newSecret("/password", password)
			invalid(t, err, "/password password_too_long")
		}
	})
	t.Run("what is empty or no text is refused", func(t *testing.T) {
		t.Parallel()
		_, err := s.newSecret("/password", "")
		invalid(t, err, "/password required")
		_, err = s.newSecret("/password", random+"\xff")
		invalid(t, err, "/password invalid_characters")
	})
	t.Run("common ones are refused", func(t *testing.T) {
		t.Parallel()
		_, err := s.newSecret("/password", "Ｐａｓｓｗｏｒｄ1234567")
		invalid(t, err, "/password password_common")
	})
}

func TestHasher(t *testing.T) {
	t.Parallel()
	h, err := newHasher(hashParams(cheap), 1)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := h.hash(t.Context(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}

	t.Run("the parameters are those of the design", func(t *testing.T) {
		t.Parallel()
		var c Config
		c.fill()
		if p := hashParams(c.HashMemory); p.Memory != 19*1024 || p.Iterations != 2 || p.Parallelism != 1 {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("two hashes of one password differ", func(t *testing.T) {
		t.Parallel()
		if other, _ := h.hash(t.Context(), goodPassword); other == hash {
			t.Error("they are equal")
		}
	})
	t.Run("every character counts", func(t *testing.T) {
		t.Parallel()
		long, err := h.hash(t.Context(), strings.Repeat("a", 200)+"b")
		if err != nil {
			t.Fatal(err)
		}
		if right, _, err := h.verify(t.Context(), strings.Repeat("a", 200)+"c", long); err != nil || right {
			t.Errorf("got %t, %v", right, err)
		}
	})
	t.Run("an account that is not there costs a hash and is wrong", func(t *testing.T) {
		t.Parallel()
		if right, _, err := h.verify(t.Context(), goodPassword, ""); err != nil || right {
			t.Errorf("got %t, %v", right, err)
		}
		if params, _, _, err := argon2id.DecodeHash(h.dummy); err != nil || *params != h.params {
			t.Errorf("got %+v, %v", params, err)
		}
	})
	t.Run("other parameters show", func(t *testing.T) {
		t.Parallel()
		dearer := hashParams(cheap)
		dearer.Iterations++
		other, err := newHasher(dearer, 1)
		if err != nil {
			t.Fatal(err)
		}
		if right, old, err := other.verify(t.Context(), goodPassword, hash); err != nil || !right || !old {
			t.Errorf("got %t, %t, %v", right, old, err)
		}
	})
}

func TestHasherIsCapped(t *testing.T) {
	t.Parallel()
	h, err := newHasher(hashParams(cheap), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Time{})
	defer cancel()
	if _, err := h.hash(ctx, goodPassword); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a hash without room and time: got %v", err)
	}
	h.leave()
	if _, err := h.hash(t.Context(), goodPassword); err != nil {
		t.Error(err)
	}
}
