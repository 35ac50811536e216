package member

import (
	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
)

// FourEyes gives the office with the rule that what the register vouches for of
// a public member is changed by two people: one proposes, another accepts. The
// office of [New] takes one person for it, as an association with one in its
// staff must, and says so of each such change.
//
// What is not public yet is staff's own drafting and takes one person in both.
func (s *Service) FourEyes() *Service {
	two := *s
	two.fourEyes = true
	return &two
}

// Second is the rule of the second person, for all domains with something that
// the register vouches for: it refuses with Conflict, naming the pointers, what
// one of the staff would change of a public member alone. Where one person is
// enough the change is marked as such. The register's own commands, and what
// somebody else proposed, pass.
func Second(tx *db.Tx, actor access.Actor, published, fourEyes bool, pointers ...string) error {
	if !published || actor.Role == access.RoleSystem || tx.Seconded() {
		return nil
	}
	if !fourEyes {
		tx.Alone()
		return nil
	}
	refused := fault.New(fault.Conflict, "second_person_needed")
	for _, pointer := range pointers {
		refused.Fields = append(refused.Fields, fault.Field{Pointer: pointer, Code: "second_person_needed"})
	}
	return refused
}
