package flows

// values are the facts as responses ask for them.
func (f *facts) values(fields map[string]any) map[string]any {
	return map[string]any{
		"message": map[string]any{
			"text": f.Message.Text, "words": list(f.Message.Words), "length": f.Message.Length, "language": f.Message.Language,
		},
		"contact": map[string]any{
			"name": f.Contact.Name, "first_name": f.Contact.FirstName, "email": f.Contact.Email, "phone": f.Contact.Phone,
			"fields": texts(f.Contact.Fields), "tags": list(f.Contact.Tags),
		},
		"now": map[string]any{
			"date": f.Now.Date, "time": f.Now.Time, "weekday": f.Now.Weekday, "year": f.Now.Year, "month": f.Now.Month,
			"day": f.Now.Day, "hour": f.Now.Hour, "minute": f.Now.Minute,
		},
		"conversation": map[string]any{
			"channel": f.Conversation.Channel, "is_test": f.Conversation.IsTest,
			"message_count": f.Conversation.MessageCount, "first_message": f.Conversation.FirstMessage,
		},
		"agent": map[string]any{
			"name": f.Agent.Name, "language": f.Agent.Language, "timezone": f.Agent.Timezone,
		},
		"business": map[string]any{
			"name": f.Business.Name, "address": f.Business.Address, "email": f.Business.Email,
			"description": f.Business.Description,
		},
		"fields": fields,
	}
}

func list(texts []string) []any {
	all := make([]any, len(texts))
	for i, s := range texts {
		all[i] = s
	}
	return all
}

func texts(m map[string]string) map[string]any {
	all := make(map[string]any, len(m))
	for k, v := range m {
		all[k] = v
	}
	return all
}
