package member_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"accord/pkg/ident"
	"accord/pkg/member"
)

func TestKeysOfOneOrganisationAgree(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, key string
		spellings []string
	}{
		{"Chinese legal forms and places fall away", "环球易购电子商务", []string{
			"环球易购电子商务", "深圳市环球易购电子商务有限公司", "深圳市環球易購電子商務有限公司", "广东省深圳市环球易购电子商务有限责任公司",
			"环球易购电子商务股份有限公司", "环球易购电子商务集团有限公司", "环球易购（电子商务）有限公司", " 深圳市 环球易购\u200b电子商务 有限公司 ",
		}},
		{"traditional becomes simplified", "环球易购", []string{"環球易購", "环球易购", "环球易購", "環球易購 Co., Ltd."}},
		{"Latin legal forms fall away", "globalegrow ecommerce", []string{
			"Globalegrow E-Commerce", "GLOBALEGROW E-COMMERCE CO., LTD.", "Globalegrow E-Commerce Co.,Ltd", "globalegrow ecommerce limited",
			"Globalegrow  E‑Commerce\tCo Ltd", "Ｇｌｏｂａｌｅｇｒｏｗ Ｅ－Ｃｏｍｍｅｒｃｅ", "Globalegrow E-Commerce Group Holding Limited",
			"Globalegrow E-Commerce, L.L.C.", "Globalegrow E-Commerce S. A.", "Globalegrow E-Commerce GmbH & Co. KG",
		}},
		{"letters that look alike are alike", "alibaba", []string{
			"Alibaba", "Аlibaba", "Αlibaba", "ALIBАBА", "alibɑba", "Ali\u00adbaba", "Ali\u2060baba", "\u202eAlibaba\u202c", "Alibaba Group",
		}},
		{"accents fall away", "societe generale", []string{"Société Générale", "SOCIÉTÉ GÉNÉRALE SA", "Socie\u0301te\u0301 Ge\u0301ne\u0301rale", "Societe Generale"}},
		{"strokes fall away", "lodz orsted", []string{"Łódź Ørsted A/S", "Lodz Orsted"}},
		{"a sharp s is two", "strasse", []string{"Straße GmbH", "STRASSE", "STRAẞE AG"}},
		{"the signs between words fall away", "johnson and johnson", []string{"Johnson & Johnson", "Johnson and Johnson Inc.", "Johnson ＆ Johnson"}},
		{"points stand inside a word", "usa trading", []string{"U.S.A. Trading", "USA Trading Corp."}},
		{"a Russian form falls away", "poмaшka", []string{"ООО Ромашка", "Ромашка ООО", "ромашка"}[1:]},
		{"two scripts are two words", "jollychic 执御", []string{"Jollychic执御", "Jollychic 執御", "JollyChic (执御)", "Jollychic Ltd. 执御集团"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, spelling := range test.spellings {
				if got := member.Key(spelling); got != member.Key(test.key) {
					t.Errorf("%q has the key %q, want %q", spelling, got, member.Key(test.key))
				}
			}
		})
	}
}

func TestKeysOfDifferentOrganisationsDiffer(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"北京银行", "上海银行"},
		{"北京市第一百货有限公司", "第二百货有限公司"},
		{"Coca-Cola", "Pepsi-Cola"},
		{"Air China", "China Air"},
		{"阿里巴巴", "阿里云"},
		{"执御", "执信"},
		{"360", "361"},
		{"Limited", "Group"},
		{"有限公司", "集团"},
	} {
		if key := member.Key(pair[0]); key == member.Key(pair[1]) {
			t.Errorf("%q and %q have one key, %q", pair[0], pair[1], key)
		}
	}
}

func TestSomethingOfANameIsLeft(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Limited": "limited", "Co., Ltd.": "co", "有限公司": "有限公司", "深圳市有限公司": "深圳市", "深圳市": "深圳市", "集团有限公司": "集团",
		"深圳市腾讯": "腾讯", "腾讯集团": "腾讯", "深圳市甲公司": "深圳市甲", "华超市": "华超市",
	} {
		if got := member.Key(name); got != want {
			t.Errorf("%q has the key %q, want %q", name, got, want)
		}
	}
	for _, name := range []string{"", " ", "...", "!?", "🏢", "\u200b\u202e", "\x00", "\xff", "—"} {
		if got := member.Key(name); got != "" {
			t.Errorf("%q has the key %q", name, got)
		}
	}
}

func TestAChineseNameIsFoundByAnyPartOfIt(t *testing.T) {
	t.Parallel()
	const name = "深圳市环球易购电子商务有限公司"
	for _, typed := range []string{
		"环球易购", "環球易購", "易购", "购", "深圳", "深圳市", "电子商务", "有限公司", "环球 易购", "环球易购有限公司",
		"深圳市環球易購電子商務有限公司", "广东省深圳市环球易购",
	} {
		if !found(name, typed) {
			t.Errorf("%q is not found by %q", name, typed)
		}
	}
	for _, typed := range []string{"环易", "球环", "执御", "环球易贝", "北京", "环球易购 Jollychic"} {
		if found(name, typed) {
			t.Errorf("%q is found by %q", name, typed)
		}
	}
}

// found searches as the register does: the grams first, then each word in the folded name.
func found(name, typed string) bool {
	folded, q := member.Fold(name), member.ParseQuery(typed)
	grams := member.Grams(folded)
	for _, gram := range q.Grams {
		if !slices.Contains(grams, gram) {
			return false
		}
	}
	for _, word := range append(q.Han, q.Latin) {
		if !strings.Contains(folded, word) {
			return false
		}
	}
	return !q.Empty()
}

func TestGramsAreTheDistinctCharactersAndPairsOfTheChinese(t *testing.T) {
	t.Parallel()
	got := member.Grams(member.Fold("Alibaba 阿里巴巴 2"))
	want := []string{"巴", "巴巴", "里", "里巴", "阿", "阿里"}
	if !slices.Equal(got, want) {
		t.Errorf("grams %q, want %q", got, want)
	}
	if got := member.Grams("alibaba group"); len(got) > 0 {
		t.Errorf("Latin words have the grams %q", got)
	}
}

func TestAQueryNeedsAsFewGramsAsTell(t *testing.T) {
	t.Parallel()
	q := member.ParseQuery("環球易購 E-Commerce Ltd 执")
	if !slices.Equal(q.Grams, []string{"执", "易购", "环球", "球易"}) || q.Latin != "ecommerce" || !slices.Equal(q.Han, []string{"环球易购", "执"}) {
		t.Errorf("%+v", q)
	}
	if !member.ParseQuery("%_").Empty() || member.ParseQuery("a%").Key != "a" {
		t.Error("a wildcard is left in a query")
	}
}

// alphabet is what random names are made of: what folding changes, joins, drops
// and keeps. The iota subscript alone is not in it: that is a mark in small and
// a letter in capitals, and no standard makes the two one.
const alphabet = "aAeEzZßẞøŁéÉıİſσςΣΑаАвВᾳǅﬁ①½ＡｅµK℃①. -‑—/&'’,;:()（）·_%%\t\n\u200b\u200d\u202e\ufe0f\u00ad\u0301\u0308\u3099\x00" +
	"环環购購后後干乾薴里裏深圳市北京省有限公司集团股份豈カガｶﾞか각각힣ไทยعرب०१\u1160🏢 CoLtdIncGmbHSA有限公司深圳市广东省"

func anyName(random *rand.Rand, letters []rune) string {
	var name strings.Builder
	for range random.IntN(14) {
		name.WriteRune(letters[random.IntN(len(letters))])
	}
	return name.String()
}

func TestKeyLaws(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 8))
	letters := []rune(alphabet)
	for range 20000 {
		holdLaws(t, anyName(random, letters))
		if t.Failed() {
			return
		}
	}
}

// holdLaws holds a name to what folding and keys promise.
func holdLaws(t *testing.T, name string) {
	t.Helper()
	folded, key := member.Fold(name), member.Key(name)
	if again := member.Fold(folded); again != folded {
		t.Errorf("%q folds to %q and then to %q", name, folded, again)
	}
	if again := member.Key(key); again != key {
		t.Errorf("%q has the key %q, and that the key %q", name, key, again)
	}
	if again := member.Key(folded); again != key {
		t.Errorf("%q has the key %q, its fold %q the key %q", name, key, folded, again)
	}
	for _, form := range []norm.Form{norm.NFC, norm.NFD} {
		if other := form.String(name); member.Fold(other) != folded {
			t.Errorf("%q folds to %q, its other form %q to %q", name, folded, other, member.Fold(other))
		}
	}
	if strings.ContainsAny(folded, "%_\\\x00") || !utf8.ValidString(folded) || folded != strings.Join(strings.Fields(folded), " ") {
		t.Errorf("%q folds to %q", name, folded)
	}
	if (folded == "") != (key == "") {
		t.Errorf("%q folds to %q and has the key %q", name, folded, key)
	}
}

func TestCaseIsNothing(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(9, 10))
	letters := []rune(alphabet)
	for range 20000 {
		name := norm.NFC.String(anyName(random, letters))
		for _, other := range []string{strings.ToUpper(name), strings.ToLower(name)} {
			if got := member.Key(other); got != member.Key(name) {
				t.Fatalf("%q has the key %q, %q the key %q", name, member.Key(name), other, got)
			}
		}
	}
}

func TestTraditionalIsNothing(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(11, 12))
	letters := []rune(alphabet)
	for range 20000 {
		name := anyName(random, letters)
		if got := member.Key(strings.Map(ident.Simplify, name)); got != member.Key(name) {
			t.Fatalf("%q has the key %q, simplified %q", name, member.Key(name), got)
		}
	}
}

func FuzzKey(f *testing.F) {
	for _, seed := range []string{
		"", "深圳市环球易购电子商务有限公司", "環球易購", "Globalegrow E-Commerce Co., Ltd.", "Jollychic 执御 Ltd 有限公司", "S. A.", "a/-b", "x&", "\xff\x00\u200b",
		"北京市 Co 天津市", "\xf3À", "有限 Ltd 公司 深圳 Ltd 市",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if len(name) <= 1600 { // the longest name that the register takes
			holdLaws(t, name)
		}
	})
}
