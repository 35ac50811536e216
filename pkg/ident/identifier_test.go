package ident_test

import (
	"strings"
	"testing"

	"accord/pkg/fault"
	"accord/pkg/ident"
)

func listed(faults fault.Fields) string {
	var parts []string
	for _, f := range faults {
		parts = append(parts, f.Pointer+" "+f.Code)
	}
	return strings.Join(parts, " ")
}

func TestIdentifiersAreTaken(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, scheme, value, warning string }{
		{"an LEI", "lei", "HWUPKR0MPOU8FGXBT394", ""},
		{"an LEI with letters and few check digits", "lei", "529900T8BM49AURSDO55", ""},
		{"a social credit code", "uscc", "914403001922038216", ""},
		{"a social credit code that ends in a letter", "uscc", "9144030071526726XG", ""},
		{"a social credit code with a wrong check character, which warns", "uscc", "9144030071526726XF", "uscc_check"},
		{"another scheme", "cn.reg-no_1", "440301 102 868 731", ""},
		{"another scheme in Chinese", "licence", "京ICP备12345号", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			id, faults := ident.ParseIdentifier(test.scheme, test.value)
			want := ident.Identifier{Scheme: test.scheme, Value: test.value, Warning: test.warning}
			if id != want || len(faults) > 0 {
				t.Errorf("%+v, faults %v", id, faults)
			}
		})
	}
}

func TestIdentifiersAreRefused(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, scheme, value, want string }{
		{"an LEI with a wrong check digit", "lei", "HWUPKR0MPOU8FGXBT395", "/value lei_check"},
		{"an LEI with two digits swapped", "lei", "HWUPKR0MPOU8FGXBT349", "/value lei_check"},
		{"an LEI in small letters", "lei", "hwupkr0mpou8fgxbt394", "/value lei_malformed"},
		{"an LEI with a letter for a check digit", "lei", "HWUPKR0MPOU8FGXBT39A", "/value lei_malformed"},
		{"an LEI too short", "lei", "HWUPKR0MPOU8FGXBT39", "/value lei_malformed"},
		{"an LEI with a blank", "lei", "HWUPKR0MPOU8FGXBT394 ", "/value lei_malformed"},
		{"an LEI of full-width digits", "lei", "ＨＷＵＰＫＲ０", "/value lei_malformed"},
		{"no LEI", "lei", "", "/value lei_malformed"},
		{"a social credit code with an O", "uscc", "91440300O922038216", "/value uscc_malformed"},
		{"a social credit code in small letters", "uscc", "9144030071526726xg", "/value uscc_malformed"},
		{"a social credit code too long", "uscc", "9144030019220382160", "/value uscc_malformed"},
		{"no scheme", "", "1", "/scheme scheme_malformed"},
		{"a scheme in capitals", "LEI", "1", "/scheme scheme_malformed"},
		{"a scheme that begins with a hyphen", "-x", "1", "/scheme scheme_malformed"},
		{"a scheme of forty-one letters", strings.Repeat("a", 41), "1", "/scheme scheme_malformed"},
		{"a scheme and a value at once", "A b", " ", "/scheme scheme_malformed /value value_malformed"},
		{"an empty value", "x", "", "/value value_malformed"},
		{"a value of 101 characters", "x", strings.Repeat("值", 101), "/value value_malformed"},
		{"a value with a NUL", "x", "1\x00", "/value value_malformed"},
		{"a value of invalid UTF-8", "x", "1\xff", "/value value_malformed"},
		{"a value with a zero-width space", "x", "1\u200b2", "/value value_malformed"},
		{"a value with a right-to-left override", "x", "1\u202e2", "/value value_malformed"},
		{"a value with a no-break space", "x", "1\u00a02", "/value value_malformed"},
		{"a value of two lines", "x", "1\n2", "/value value_malformed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, faults := ident.ParseIdentifier(test.scheme, test.value); listed(faults) != test.want {
				t.Errorf("faults %q, want %q", listed(faults), test.want)
			}
		})
	}
}

// Two check digits find every digit taken for another digit and every letter
// taken for another letter. A digit taken for a letter shifts all that follows,
// and one in 97 of these mistakes goes unseen: that is the standard's limit.
func TestEveryMistakenCharacterOfAnLEIIsFound(t *testing.T) {
	t.Parallel()
	const right = "5493001KJTIIGC8Y1R12"
	if _, code := ident.ParseLEI(right); code != "" {
		t.Fatalf("%s: %s", right, code)
	}
	for i := range len(right) {
		alike := "0123456789"
		if right[i] >= 'A' {
			alike = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		}
		for _, c := range []byte(alike) {
			text := right[:i] + string(c) + right[i+1:]
			if _, code := ident.ParseLEI(text); (code == "") != (text == right) {
				t.Errorf("%s: %q", text, code)
			}
		}
	}
}

func TestEveryWrongCharacterOfASocialCreditCodeWarns(t *testing.T) {
	t.Parallel()
	const right = "91330100799655058B"
	for i := range len(right) {
		for _, c := range []byte("0123456789ABCDEFGHJKLMNPQRTUWXY") {
			text := right[:i] + string(c) + right[i+1:]
			code, ok := ident.ParseUSCC(text)
			if !ok || code.CheckAgrees() != (text == right) {
				t.Errorf("%s: form %v, check %v", text, ok, code.CheckAgrees())
			}
		}
	}
}

func FuzzParseIdentifier(f *testing.F) {
	for _, seed := range [][2]string{
		{"lei", "HWUPKR0MPOU8FGXBT394"}, {"uscc", "9144030071526726XG"}, {"x", "1\u200b"}, {"", ""}, {"LEI", "\xff"}, {"uscc", "IOSVZ"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, scheme, value string) {
		id, faults := ident.ParseIdentifier(scheme, value)
		if len(faults) == 0 && (id.Scheme != scheme || id.Value != value || value == "" || strings.ContainsAny(value, "\x00\n\t")) {
			t.Fatalf("%q %q was taken as %+v", scheme, value, id)
		}
	})
}
