package e2e

// models walks through a team's own models, and through what an agent's rules would do.
func (w *walker) models(agent string) {
	w.t.Helper()
	price := object{"currency": "USD", "prompt": "0.40", "completion": "1.60"}
	full := object{"name": "Ours", "provider": "openai", "model": "small", "price": price, "base_url": "https://model.invalid/v1"}
	made := w.one("POST /model-connections", with(full, "api_key", "sk-abcdefghijklmnop"))
	w.sent(full, made)
	w.one("POST /model-connections", object{"name": "Bare", "provider": "anthropic", "model": "large", "api_key": "sk-bare"})
	w.pages("GET /model-connections", 1, 2)
	w.sent(full, w.one("GET /model-connections/{}", nil, id(made)))
	if tested := w.one("POST /model-connections/{}/test", nil, id(made)); tested["success"] != false || tested["fault"] == nil {
		w.t.Errorf("a model that is nowhere was tested as %v", tested)
	}
	w.sent(object{"name": "Theirs", "price": nil}, w.one("PATCH /model-connections/{}", object{"name": "Theirs", "price": nil}, id(made)))
	w.do("DELETE /model-connections/{}", nil, id(made))
	w.refused("not_found", "GET /model-connections/{}", nil, id(made))

	w.one("POST /agents/{}/rules/test", object{"message": "hello"}, agent)
	w.refused("validation_error", "POST /agents/{}/rules/test", object{"message": ""}, agent)
}

// with is a copy of an object with one field more.
func with(o object, key string, value any) object {
	more := object{key: value}
	for k, v := range o {
		more[k] = v
	}
	return more
}
