package flows

// notNames are answers that are no names, as a whole.
const notNames = "n a|i don t know|no way|no comment|please|一 下|不|是|好|你 好|您 好|好 的|不 要|不 是|不 行|没 有|谢 谢|再 见|稍 等|等 一 下|为 什 么|" +
	"は い|い い え|な ぜ|こ ん に ち は|あ り が と う|す み ま せ ん|ち ょ っ と 待 っ て|待 っ て"

// chatter are words of which greetings, thanks, refusals and the like are made. A name may have one in it, but
// not only them.
const chatter = chatterEnglish + "|" + chatterRomance + "|" + chatterOthers

const (
	chatterEnglish = "no|nope|nah|yes|yeah|yep|yup|ok|okay|sure|why|what|hi|hiya|hello|hey|yo|thanks|thank|you|please|skip|none|nothing|help|" +
		"not|now|later|way|comment|pass|na|great|fine|good|cool|perfect|whatever|wait|one|a|an|moment|second|sec|minute|hold|on|just|" +
		"morning|afternoon|evening|day|night|maybe|perhaps|bye|goodbye|never|ever|sorry|well|alright|nice|so|much|of|course|in|my|me|here|speaking|two|mine|again"
	chatterRomance = "si|que|hola|buenas|buenos|buen|dia|dias|tarde|tardes|noche|noches|tal|gracias|muchas|por|favor|para|claro|vale|bien|muy|nunca|jamas|" +
		"ahora|luego|despues|mas|espera|espere|un|una|momento|momentito|segundo|minuto|hasta|adios|chao|vez|quizas|de|acuerdo|perfecto|nada|" + //nolint:misspell // this is Spanish
		"paso|igual|da|ni|hablar|aqui|disculpa|perdon|ya|siempre|como|mismo|misma|el|la|le|" +
		"non|oui|ouais|bonjour|bonsoir|salut|coucou|merci|beaucoup|s|il|vous|plait|jamais|d|accord|plus|tard|une|instant|seconde|au|revoir|ca|va|" +
		"sur|hors|question|bonne|journee|soiree|desole|desolee|attendez|attends|pourquoi|quoi|rien|peut|etre|pas|maintenant|apres|voila|allo|ici|moi|comme|avant|toujours|meme|" +
		"nao|sim|ola|oi|bom|boa|noite|tudo|bem|obrigado|obrigada|depois|agora|talvez|um|uma|momentinho|tchau|adeus|ate|logo|mais|jeito|nenhum|" +
		"ninguem|beleza|certo|otimo|perfeito|desculpe|desculpa|alo|o|e|eu|sempre|mesmo|mesma|tanto|faz"
	chatterOthers = "nein|nee|ja|hallo|moin|servus|gruss|gott|tschuss|tschuess|danke|schon|bitte|wieso|warum|wozu|was|guten|morgen|tag|abend|nacht|niemals|nie|" +
		"spater|spaeter|einen|ein|eine|sekunde|augenblick|mal|alles|klar|egal|gut|sehr|gerne|vielleicht|auf|wiedersehen|keinesfalls|naja|doch|" +
		"jetzt|nicht|genau|super|prima|entschuldigung|warte|warten|sie|lieber|hier|ich|wie|immer|derselbe|dieselbe|steht|oben|bin|" +
		"لا|نعم|لماذا|ماذا|مرحبا|اهلا|وسهلا|هلا|السلام|سلام|عليكم|صباح|مساء|الخير|النور|شكرا|جزيلا|لحظة|واحدة|دقيقة|انتظر|انتظري|حسنا|طيب|تمام|ايوة|ايوه|" +
		"مع|السلامة|انا|كالعادة|نفس|الاسم|وداعا|ربما|لاحقا|الان|ليس|مش|عفوا|من|فضلك|هنا"
)

// notInNames are words that stand in sentences and in no name, or hardly in any.
const notInNames = "not|never|telling|tells|told|want|wants|wanna|rather|your|yours|why|what|who|whom|that|this|these|those|" +
	"don t|dont|won t|wont|can t|cant|cannot|isn t|doesn t|didn t|wouldn t|couldn t|i ll|you re|they|them|" +
	"give|giving|because|nobody|anonymous|private|secret|business|idea|know|knows|sorry|prefer|refuse|asking|" +
	"need|needs|anyone|anybody|someone|somebody|none|nothing|nope|yes|yeah|how|when|where|which|name|names|with|about|have|has|already|should|would|" +
	"could|please|thanks|thank you|love you|hate|fuck|tell you|tell me|say it|say that|leave me|mind|matter|matters|" +
	"no lo|no se|no te|no me|no voy|no puedo|prefiero|decirlo|estoy|dime|" +
	"je ne|je prefere|je refuse|je sais|j ai|ne vous|" +
	"ich will|weiss|wissen|" +
	"prefiro|nao sei|" +
	"عايز|عاوز|ارفض|اعرف|" +
	"quiero|decir|digo|importa|porque|nadie|tengo|necesito|nombre|" +
	"veux|dire|dis|pas|rien|personne|pourquoi|parce|besoin|vous|" +
	"nicht|sage|mochte|will ich|kein|keine|keinen|keinem|warum|geht|ihnen|niemand|brauche|" +
	"quero|dizer|digo|nao|nada|ninguem|preciso|você|voce|" +
	"no soy|no es|estou|com pressa|con prisa|ya te|ya lo|ja disse|ja falei|te dije|le dije|se llama|s appelle|se chama|bin s|heisst|" +
	"same|above|before|hurry|table|manager|called|formerly|previously|used to|mother|father|wife|husband|for two|human|person|robot|anteriormente|" +
	"ma mere|mon pere|ma femme|mon mari|mi madre|mi padre|mi mujer|mi marido|minha mae|meu pai|minha mulher|meu marido|meine mutter|mein vater|meine frau|mein mann|" +
	"لست|ليست|مش|موش|لم|طاولة|شخص|امي|ابي|زوجتي|زوجي|اسمها|اسمه|" +
	"لا|لن|ليس|لماذا|اريد|告 诉|不 想|不 要|不 会|为 什 么|什 么|教 え|言 い|秘 密"

// states are what people say that they are, and are not called.
const states = "a|an|at|in|on|the|busy|looking|here|fine|interested|good|ok|okay|well|sure|just|still|going|trying|calling|" +
	"writing|sick|tired|angry|back|ready|done|new|afraid|happy|unhappy|hungry|late|lost|so|very|too|really|only|from|" +
	"waiting|asking|having|getting|using|already|also|complicated|nice|wrong|right|true|your|" +
	"un|una|une|ein|eine|um|uma|que|my|mi|mon|ma|mein|meine|meu|minha|der|die|das|desde|aqui|ici|hier|muy|tres|sehr|muito|en|em|im|occupe|ocupado|ocupada|beschaftigt"

// denyingNames are words that deny and that people are called as well. hedges are what else stands before such a
// word.
const (
	denyingNames = "kein|keine|keiner|nicht|pas|rien|nada|nao|not|never|none|nope|nie|nein"
	hedges       = "i|it|rather|better|still|ideally|lieber|besser|eher|bestimmt|leider|surtout|plutot|mejor|melhor|claro|weiss|ich|je|yo|eu"
)

// whereabouts are words that say where somebody is, and not who.
const whereabouts = "i|we|im|am|live|lives|work|works|was|been|over|right|out|up|down|near|from|is|are|ich|wir|bin|wohne|yo|vivo|estoy|je|eu|moro|estou"
