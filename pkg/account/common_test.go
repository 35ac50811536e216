package account

import (
	"strings"
	"testing"
)

func TestCommonSecrets(t *testing.T) {
	t.Parallel()
	c := newCommon()
	own := []string{"mei.lin@jollychic.example", "Mei Lin"}

	for _, secret := range []string{
		"passwordpassword", "Password1234567", "P@ssw0rd1234567", "passwordpassword1", "aaaaaaaaaaaaaaa",
		"123456789012345", "1234567890123456", "987654321098765", "qwertyuiopasdfgh", "qwertzuiopasdfgh", "azertyuiopqsdfgh",
		"1qaz2wsx3edc4rfv", "1q2w3e4r5t6y7u8i", "abcdefghijklmnop", "zyxwvutsrqponmlk", "abcabcabcabcabc", "abc1!abc1!abc1!",
		"correct horse battery staple", "CorrectHorseBatteryStaple1", "The quick brown fox jumps over the lazy dog",
		"maytheforcebewithyou", "iloveyouforever1", "IloveYouForever2024", "summer2024summer2024", "Winter2025Winter!",
		"letmeinletmeinletmein", "administrator123", "admin1234567890", "woaini1314woaini1314", "5201314520131452",
		"我爱你我爱你我爱你我爱你我爱你", "好好学习天天向上好好学习天天向上", "aabbaabbaabbaab", "ababababbabaaab",
		"mei.lin@jollychic.example", "MeiLinJollychic2024", "jollychic123456", "accordaccordaccord", "Accord-Register-2025",
		"passwordpasswordpassword", "testtesttesttest", "onetwothreefourfive", "111222333111222", "qwerty123456789",
		"changemechangeme", "Welcome123456789", "sunshineprincessfootball", "112233445566778",
	} {
		t.Run("refused: "+secret, func(t *testing.T) {
			t.Parallel()
			if !c.guessed(secret, own) {
				t.Errorf("passes at %d", c.price([]rune(fold(secret)), ownWords(own)))
			}
		})
	}
	for _, secret := range []string{
		"orbit mantle pickle thunder", "tandem-oblique-fresco-nine", "kV9#mQ2x!tR7&pLw", "8d1f0c7be2a94653", "839204716502938",
		"I left my umbrella in Ghent", "my password is a herring in Lübeck", "昨夜西风凋碧树独上高楼望尽天涯路", "the password has 31 letters or so",
		"sunshine princess football monkey orbit", "xkqvbzjwpfhdgml", "Mei Lin keeps 3 geese near Xi'an",
	} {
		t.Run("taken: "+secret, func(t *testing.T) {
			t.Parallel()
			if c.guessed(secret, own) {
				t.Error("refused")
			}
		})
	}
	t.Run("the longest secret is priced in no time", func(t *testing.T) {
		t.Parallel()
		c.guessed(strings.Repeat("pass1qaz20", MaxPassword/10), own)
	})
}

func TestCommonList(t *testing.T) {
	t.Parallel()
	for word := range newCommon().words {
		if word != fold(word) || strings.ContainsAny(word, " \t") {
			t.Errorf("%q is not in the form that secrets are compared in", word)
		}
	}
}

func BenchmarkCommon(b *testing.B) {
	c := newCommon()
	secret := strings.Repeat("pass1qaz20", MaxPassword/10)
	for b.Loop() {
		c.guessed(secret, nil)
	}
}
