package httpapi

import (
	"net/http"

	"github.com/bimpe/bimpe/internal/console"
)

// operation is one line of the API.
type operation struct {
	method, path string
	name         string        // of the operation in the document
	scope        console.Scope // empty: no key is needed
	status       int           // of a success
	says         string        // the message of a success
	endpoint     *endpoint

	// Set when the operation is registered.
	ids  []string // names of the ids in the path
	told heard    // who hears of its answers
}

// Where things hang.
const (
	agentPath        = "/agents/{agentId}"
	knowledgePath    = agentPath + "/knowledge_bases"
	aKnowledgePath   = knowledgePath + "/{knowledgeBaseId}"
	chatsPath        = agentPath + "/conversations"
	chatPath         = chatsPath + "/{conversationId}"
	actionsPath      = agentPath + "/actions"
	connectedPath    = agentPath + "/integrations"
	aConnection      = "/{integrationId}"
	bimpeaiPath      = connectedPath + "/bimpeai"
	customAPIPath    = connectedPath + "/custom_api"
	mcpServerPath    = connectedPath + "/mcp_server"
	pipedreamPath    = connectedPath + "/pipedream"
	workflowPath     = "/workflows/{workflowId}"
	keyPath          = "/api-keys/{keyId}"
	modelPath        = "/model-connections/{connectionId}"
	callsPath        = agentPath + "/calls"
	numberPath       = "/phone-numbers/{phoneNumberId}"
	requestPath      = "/phone-numbers/request"
	get, post        = http.MethodGet, http.MethodPost
	patch, del       = http.MethodPatch, http.MethodDelete
	ok, made         = http.StatusOK, http.StatusCreated
	never            = http.StatusNotImplemented // it has no success
	agentsRead       = console.Scope("agents:read")
	agentsWrite      = console.Scope("agents:write")
	workflowsRead    = console.Scope("workflows:read")
	workflowsWrite   = console.Scope("workflows:write")
	chatsRead        = console.Scope("conversations:read")
	chatsWrite       = console.Scope("conversations:write")
	callsRead        = console.Scope("calls:read")
	callsWrite       = console.Scope("calls:write")
	numbersRead      = console.Scope("phone_numbers:read")
	numbersWrite     = console.Scope("phone_numbers:write")
	keysRead         = console.Scope("api_keys:read")
	keysWrite        = console.Scope("api_keys:write")
	teamRead         = console.Scope("team:read")
	modelsRead       = console.Scope("model_connections:read")
	modelsWrite      = console.Scope("model_connections:write")
	openToAll        = console.Scope("")
	messagePath      = chatPath + "/messages/{messageId}"
	olderStreamPath  = chatPath + "/messages/stream"
	currentStream    = chatPath + "/stream"
	streamTicketPath = chatPath + "/stream-ticket"
	contactsPath     = agentPath + "/contacts"
	contactPath      = contactsPath + "/{contactId}"
	notesPath        = chatPath + "/notes"
	allChatsPath     = "/conversations"
)

// operations is the whole API.
func (a *API) operations() []operation {
	all := append(a.agentOperations(), a.agentPartOperations()...)
	all = append(all, a.integrationOperations()...)
	all = append(all, a.workflowOperations()...)
	all = append(all, a.conversationOperations()...)
	all = append(all, a.deskOperations()...)
	all = append(all, a.phoneOperations()...)
	all = append(all, a.modelOperations()...)
	return append(all, a.otherOperations()...)
}

func (a *API) agentOperations() []operation {
	return []operation{
		{get, "/agents", "listAgents", agentsRead, ok, "Agents.", page(agentListing(), a.listAgents), nil, nil},
		{post, "/agents", "createAgent", agentsWrite, made, "Agent created.", write(a.createAgent), nil, nil},
		{get, agentPath, "getAgent", agentsRead, ok, "Agent.", read(a.agent), nil, nil},
		{patch, agentPath, "updateAgent", agentsWrite, ok, "Agent updated.", write(a.updateAgent), nil, nil},
		{del, agentPath, "deleteAgent", agentsWrite, ok, "Agent deleted.", write(a.deleteAgent), nil, nil},
		{patch, agentPath + "/live-status", "setLiveStatus", agentsWrite, ok, "Live status updated.", write(a.setLiveStatus), nil, nil},

		{get, knowledgePath, "listKnowledgeBases", agentsRead, ok, "Knowledge bases.", whole(a.listKnowledge), nil, nil},
		{post, knowledgePath, "createKnowledgeBase", agentsWrite, made, "Knowledge base created.", write(a.createKnowledge), nil, nil},
		{patch, aKnowledgePath, "updateKnowledgeBase", agentsWrite, ok, "Knowledge base updated.", write(a.updateKnowledge), nil, nil},
		{del, aKnowledgePath, "deleteKnowledgeBase", agentsWrite, ok, "Knowledge base deleted.", write(a.deleteKnowledge), nil, nil},
	}
}

// agentPartOperations are about what an agent has by itself and by its integrations.
func (a *API) agentPartOperations() []operation {
	return []operation{
		{get, agentPath + "/deployment/agent-test-code", "getAgentTestCode", agentsRead, ok, "Agent test code.", read(a.testCode), nil, nil},
		{get, agentPath + "/channels", "listChannels", agentsRead, ok, "Channels.", below(channelsOf), nil, nil},
		{get, agentPath + "/conversation_flows", "listConversationFlows", agentsRead, ok, "Conversation flows.", whole(a.listConversationFlows), nil, nil},
		{post, agentPath + "/rules/test", "testRules", agentsWrite, ok, "Rules tested.", inquiry(a.tryRules), nil, nil},
		{get, actionsPath, "listActions", agentsRead, ok, "Actions.", below(actionsOf), nil, nil},
		{post, actionsPath + "/enable", "enableActions", agentsWrite, ok, "Actions enabled.", write(a.switchActions), nil, nil},
		{post, actionsPath + "/disable", "disableActions", agentsWrite, ok, "Actions disabled.", write(a.switchActions), nil, nil},
		{get, connectedPath, "listIntegrations", agentsRead, ok, "Integrations.", below(integrationsOf), nil, nil},
	}
}

func (a *API) integrationOperations() []operation {
	const configured, gone, listed = "Integration configured.", "Integration disconnected.", "Integrations."
	disconnect := change[nothing, nothing]
	return []operation{
		{get, bimpeaiPath, "listBimpeaiIntegrations", agentsRead, ok, listed, below(bimpeaiOf), nil, nil},
		{post, bimpeaiPath + "/configure", "configureBimpeai", agentsWrite, ok, configured, configure[configureBimpeai, bimpeaiConnectedJSON](), nil, nil},
		{del, bimpeaiPath + aConnection, "disconnectBimpeai", agentsWrite, ok, gone, disconnect(), nil, nil},

		{get, customAPIPath, "listCustomAPIs", agentsRead, ok, listed, below(none[customAPIJSON]), nil, nil},
		{post, customAPIPath + "/configure", "configureCustomAPI", agentsWrite, ok, configured, configure[configureCustomAPI, customAPIJSON](), nil, nil},
		{del, customAPIPath + aConnection, "disconnectCustomAPI", agentsWrite, ok, gone, disconnect(), nil, nil},
		{get, customAPIPath + aConnection + "/tools", "listCustomAPITools", agentsRead, ok, "Tools.", tools(), nil, nil},
		{post, customAPIPath + aConnection + "/tools", "createCustomAPITool", agentsWrite, made, "Tool created.", change[createTool, toolJSON](), nil, nil},
		{del, customAPIPath + aConnection + "/tools/{toolId}", "deleteCustomAPITool", agentsWrite, ok, "Tool deleted.", disconnect(), nil, nil},

		{get, mcpServerPath, "listMCPServers", agentsRead, ok, listed, below(none[mcpServerJSON]), nil, nil},
		{post, mcpServerPath + "/configure", "configureMCPServer", agentsWrite, ok, configured, configure[configureMCPServer, mcpServerJSON](), nil, nil},
		{del, mcpServerPath + aConnection, "disconnectMCPServer", agentsWrite, ok, gone, disconnect(), nil, nil},
		{post, mcpServerPath + aConnection + "/test", "testMCPServer", agentsWrite, ok, "Server tested.", change[nothing, mcpTestJSON](), nil, nil},
		{post, mcpServerPath + aConnection + "/discover", "discoverMCPTools", agentsWrite, ok, "Tools discovered.", change[nothing, mcpDiscoverJSON](), nil, nil},
		{get, mcpServerPath + aConnection + "/tools", "listMCPTools", agentsRead, ok, "Tools.", tools(), nil, nil},

		{get, pipedreamPath, "listPipedreamApps", agentsRead, ok, listed, below(none[pipedreamJSON]), nil, nil},
		{post, pipedreamPath + "/configure", "configurePipedream", agentsWrite, ok, configured, configure[configurePipedream, onboardingJSON](), nil, nil},
		{del, pipedreamPath + aConnection, "disconnectPipedream", agentsWrite, ok, gone, disconnect(), nil, nil},
	}
}

func (a *API) workflowOperations() []operation {
	return []operation{
		{get, "/workflows", "listWorkflows", workflowsRead, ok, "Workflows.", a.workflowsEndpoint(), nil, nil},
		{post, "/workflows", "createWorkflow", workflowsWrite, made, "Workflow created.", write(a.createWorkflow), nil, nil},
		{post, "/workflows/clone", "cloneWorkflow", workflowsWrite, made, "Workflow cloned.", write(a.cloneWorkflow), nil, nil},
		{get, workflowPath, "getWorkflow", workflowsRead, ok, "Workflow.", read(a.workflow), nil, nil},
		{patch, workflowPath, "updateWorkflow", workflowsWrite, ok, "Workflow updated.", write(a.updateWorkflow), nil, nil},
		{del, workflowPath, "deleteWorkflow", workflowsWrite, ok, "Workflow deleted.", write(a.deleteWorkflow), nil, nil},
	}
}

func (a *API) conversationOperations() []operation {
	return []operation{
		{get, chatsPath, "listConversations", chatsRead, ok, "Conversations.", a.conversationsEndpoint(), nil, nil},
		{post, chatsPath + "/messages", "sendMessageTo", chatsWrite, made, "Message sent.", writeSaying(a.sendMessageTo), nil, nil},
		{get, chatPath, "getConversation", chatsRead, ok, "Conversation.", read(a.conversation), nil, nil},
		{patch, chatPath + "/ai-status", "setAIStatus", chatsWrite, ok, "AI status updated.", write(a.setAIStatus), nil, nil},
		{post, chatPath + "/cancel", "cancelReply", chatsWrite, ok, "Cancelled.", write(a.cancel), nil, nil},
		{get, chatPath + "/messages", "listMessages", chatsRead, ok, "Messages.", page(messageListing(), a.listMessages), nil, nil},
		{post, chatPath + "/messages", "sendMessage", chatsWrite, made, "Message sent.", writeSaying(a.sendMessage), nil, nil},
		{get, messagePath, "getMessage", chatsRead, ok, "Message.", read(a.message), nil, nil},
		{get, chatPath + "/turns", "listTurns", chatsRead, ok, "Turns.", a.turnsEndpoint(), nil, nil},
		{get, chatPath + "/turns/{turnId}", "getTurn", chatsRead, ok, "Turn.", read(a.turn), nil, nil},
		{get, chatPath + "/turns/{turnId}/prompt", "getTurnPrompt", chatsRead, ok, "Prompt.", read(a.turnPrompt), nil, nil},
		{post, streamTicketPath, "createStreamTicket", chatsRead, made, "Stream ticket.", read(a.streamTicket), nil, nil},
		{get, currentStream, "streamConversation", openToAll, ok, "", a.streamEndpoint(), nil, nil},
		{get, olderStreamPath, "streamMessages", openToAll, ok, "", a.streamEndpoint(), nil, nil},
	}
}

// deskOperations are what humans of the team do beside the talk.
func (a *API) deskOperations() []operation {
	return []operation{
		{get, allChatsPath, "listAllConversations", chatsRead, ok, "Conversations.", a.allConversationsEndpoint(), nil, nil},
		{post, allChatsPath + "/stream-ticket", "createTeamStreamTicket", chatsRead, made, "Stream ticket.", read(a.teamStreamTicket), nil, nil},
		{get, allChatsPath + "/stream", "streamTeam", openToAll, ok, "", a.teamStreamEndpoint(), nil, nil},
		{patch, chatPath, "updateConversation", chatsWrite, ok, "Conversation updated.", write(a.updateConversation), nil, nil},

		{get, notesPath, "listNotes", chatsRead, ok, "Notes.", page(noteListing(), a.listNotes), nil, nil},
		{post, notesPath, "createNote", chatsWrite, made, "Note created.", write(a.createNote), nil, nil},
		{del, notesPath + "/{noteId}", "deleteNote", chatsWrite, ok, "Note deleted.", write(a.deleteNote), nil, nil},

		{get, contactsPath, "listContacts", chatsRead, ok, "Contacts.", a.contactsEndpoint(), nil, nil},
		{get, contactPath, "getContact", chatsRead, ok, "Contact.", read(a.contact), nil, nil},
		{patch, contactPath, "updateContact", chatsWrite, ok, "Contact updated.", write(a.updateContact), nil, nil},
		{del, contactPath, "deleteContact", chatsWrite, ok, "Contact deleted.", write(a.deleteContact), nil, nil},
		{get, chatPath + "/contact", "getConversationContact", chatsRead, ok, "Contact.", read(a.contactOfChat), nil, nil},
		{patch, chatPath + "/contact", "updateConversationContact", chatsWrite, ok, "Contact updated.", write(a.updateContactOfChat), nil, nil},
	}
}

func (a *API) phoneOperations() []operation {
	return []operation{
		{get, "/calls", "listCalls", callsRead, never, "Calls.", read(a.calls), nil, nil},
		{get, callsPath, "listAgentCalls", callsRead, ok, "Calls.", a.agentCallsEndpoint(), nil, nil},
		{post, callsPath, "placeCall", callsWrite, made, "Call placed.", write(a.placeCall), nil, nil},
		{get, callsPath + "/{callId}", "getCall", callsRead, ok, "Call.", read(a.agentCall), nil, nil},

		{get, "/phone-numbers", "listPhoneNumbers", numbersRead, ok, "Phone numbers.", page(numberListing(), a.listNumbers), nil, nil},
		{get, requestPath, "listPhoneNumberRequests", numbersRead, ok, "Phone number requests.", page(numberListing(), a.listNumberRequests), nil, nil},
		{post, requestPath, "requestPhoneNumber", numbersWrite, made, "Phone number requested.", write(a.requestNumber), nil, nil},
		{get, numberPath, "getPhoneNumber", numbersRead, ok, "Phone number.", read(a.number), nil, nil},
		{patch, numberPath, "updatePhoneNumber", numbersWrite, ok, "Phone number updated.", write(a.updateNumber), nil, nil},
	}
}

func (a *API) modelOperations() []operation {
	return []operation{
		{get, "/model-connections", "listModelConnections", modelsRead, ok, "Model connections.", page(modelListing(), a.listModels), nil, nil},
		{post, "/model-connections", "createModelConnection", modelsWrite, made, "Model connection created.", write(a.createModel), nil, nil},
		{get, modelPath, "getModelConnection", modelsRead, ok, "Model connection.", read(a.model), nil, nil},
		{patch, modelPath, "updateModelConnection", modelsWrite, ok, "Model connection updated.", write(a.updateModel), nil, nil},
		{del, modelPath, "deleteModelConnection", modelsWrite, ok, "Model connection deleted.", write(a.deleteModel), nil, nil},
		{post, modelPath + "/test", "testModelConnection", modelsWrite, ok, "Model connection tested.", bodiless(write(a.testModel)), nil, nil},
	}
}

func (a *API) otherOperations() []operation {
	return []operation{
		{get, "/health", "getHealth", openToAll, ok, "The API is up.", read(a.health), nil, nil},

		{get, "/usage", "listUsage", teamRead, ok, "Usage.", a.usageEndpoint(), nil, nil},

		{get, "/api-keys", "listKeys", keysRead, ok, "API keys.", page(keyListing(), a.listKeys), nil, nil},
		{post, "/api-keys", "createKey", keysWrite, made, "API key created. It is shown this once.", secret(write(a.createKey)), nil, nil},
		{get, keyPath, "getKey", keysRead, ok, "API key.", read(a.key), nil, nil},
		{del, keyPath, "revokeKey", keysWrite, ok, "API key revoked.", write(a.revokeKey), nil, nil},
	}
}
