package api

import (
	"accord/pkg/account"
	"accord/pkg/ident"
)

func (d *Door) listPeople(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	people, err := d.offices.Accounts.People(r.ctx, number)
	if err != nil {
		return err
	}
	return r.list(PersonList{Items: each(people, personOf)})
}

func (d *Door) handOver(r *request) error {
	id, err := id[ident.User](r, "id")
	if err != nil {
		return err
	}
	body, err := bind[HandOver](r, nil)
	if err != nil {
		return err
	}
	p, err := d.offices.Accounts.HandOver(r.ctx, id, ident.User(body.To))
	if again, ok := replayed(err); ok {
		p, err = d.offices.Accounts.Person(r.ctx, ident.User(again.Subject))
	}
	if err != nil {
		return err
	}
	return r.list(personOf(p))
}

func personOf(p account.Person) Person {
	return Person{Id: Id(p.ID), Name: p.Name, Post: Post(p.Post), Disabled: p.Disabled}
}
