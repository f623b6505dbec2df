"""The answers of the datasheet: motivation, composition, collection, uses, limits, biases, maintenance.

The questions are those of Gebru et al., *Datasheets for Datasets* (2021). The dataset card prints the
answers, and Croissant's responsible AI fields repeat them.
"""

from ..metadata import SOURCE

__all__ = [
    "AGREEMENT",
    "ANNOTATORS",
    "BIASES",
    "CHINESE",
    "COLLECTED",
    "COLLECTION",
    "ENGLISH",
    "LABELS",
    "LIMITS",
    "MAINTENANCE",
    "MENTIONS",
    "MISUSES",
    "MOTIVATION",
    "PERSONAL",
    "PREPARATION",
    "RELATIONS",
    "SOCIAL",
    "TOOL",
    "USES",
    "WHOLE",
]

MOTIVATION = (
    "A small text that is exact to the character, for work on language models, world models, agents, scaling, "
    "reinforcement learning and memory. Its claims can be cited, and translations, labels, questions and verdicts "
    "can be checked against them."
)

WHOLE = (
    "The data set has all claims of the source text: every character belongs to exactly one segment (heading, "
    "claim, marker, separator, …), and no claim is selected or left out. It has no splits; `train` is the Hub's "
    "name for a table of one part. No value is missing; the description of each field says what null means."
)

COLLECTED = "2026-11-23"
"""The day on which the source text was added to the repository."""

COLLECTION = (
    f"One text was copied byte for byte: {SOURCE}. The text does not name its author, and it may be "
    "machine-made. Its last two lines print a headline, an outlet and a time (AI科技大本营, 2025-10-10 17:52); they "
    "are taken to be those of the article, since the headline calls what it heads a 实录, a record, and this text "
    "does not have that form. The article itself was not seen and is not part of the data. The text has ten parts, "
    "headed 对话一 to 对话十, taken to be parts of the one dialogue (对话) that the headline names; the name of the data "
    "set calls it an interview. The numbers in brackets after each claim are taken to be those of the article's "
    "paragraphs. A program cuts the text at its own headings, separators and markers; no claim was typed by hand."
)

PREPARATION = (
    "The text was not normalised or corrected. A claim's `text` is the part of the source from `start` to `end`, "
    "in Unicode code points, end exclusive."
)

ENGLISH = (
    "English of claims, headings and headline: one translation each, revised after a review against the Chinese "
    "by other runs of the model. Words that the English supplies and uncertain readings are named in the rows of "
    "claims, and in the documentation for headings and headline."
)

LABELS = (
    "Labels for topic (one to four per claim), claim type and horizon (exactly one each): two passes that saw the "
    "text, the definitions and the written rules, and neither each other nor older labels. Every disagreement "
    "was settled by the rules, with the reason recorded."
)

MENTIONS = (
    "Mentions of models, architectures, methods, products and concepts, with exact offsets: one blind pass by the "
    "written rules, settled, then reviewed row by row by another run of the model."
)

RELATIONS = "Relations between claims: proposed by one run of the model, each reviewed by another that did not propose it."

TOOL = "A large language model (`creator`: `claude`)."

ANNOTATORS = "No human annotator took part; every row of a layer says `method`: `model`."

AGREEMENT = (
    ("claim type", "Cohen's κ", "1.00", "1.00 to 1.00", "41 of 41", "0.91 to 1.00"),
    ("claim type", "Krippendorff's α, nominal", "1.00", "1.00 to 1.00", "41 of 41", "0.91 to 1.00"),
    ("horizon", "Cohen's κ", "0.96", "0.87 to 1.00", "40 of 41", "0.87 to 1.00"),
    ("horizon", "Krippendorff's α, nominal", "0.96", "0.87 to 1.00", "40 of 41", "0.87 to 1.00"),
    ("topic, the set", "Krippendorff's α, MASI", "0.94", "0.86 to 1.00", "38 of 41", "0.81 to 0.97"),
)
"""Rows: scheme, figure, value, 95 % interval, claims with the same label, 95 % interval of their share."""

USES = (
    "Finding, reading and citing what the summary says, in Chinese and English.",
    "A base for derived data whose quotes and references are checked: translations, labels, question sets, "
    "verdicts, embeddings.",
    "A small, exact test set for tools that quote, attribute, translate or validate.",
)

MISUSES = (
    "Quoting a claim as words of Lukasz Kaiser or Li Jianzhong: it is a summary's wording; it does not say who "
    "speaks.",
    "Taking a claim for a fact, or for anybody's present opinion.",
    "Taking the labels for human judgement, or their agreement for agreement between people.",
    "Training or evaluating a model on 41 sentences as if they were a sample of anything.",
)

LIMITS = (
    "The source is a summary, not a transcript: it does not say who speaks.",
    "That it is a summary, and of which article, is inferred from its form and its last two lines.",
    "Who wrote the summary is unknown, and so is how faithful it is to the article.",
    "The numbers in brackets are taken to be those of the article's paragraphs; the text does not say so.",
    "The English is a machine translation; uncertain readings are named in their rows and in the documentation.",
    "The labels are one model's, in two passes; their agreement is a model's consistency with itself.",
    "The time of the article is as printed and names no zone.",
)

BIASES = (
    "One summary's selection and wording of one article about one dialogue.",
    "Subjects and emphases are the summary's.",
    "English, labels, mentions and relations carry the habits of the one model that made them.",
)

PERSONAL = (
    "The names of the two people in the headline, which also calls Lukasz Kaiser an inventor of GPT-5 and the "
    "Transformer. Their roles, interviewer and interviewee, are inferred from its wording. Claims may be opinions "
    "of either, or of neither; the text does not say whose."
)

SOCIAL = (
    "Claims are easily passed on as a named person's words. Every citation that this package prints says that a "
    "claim is a summary's wording and does not say who speaks."
)

MAINTENANCE = (
    "The data has its own semantic version, the data release: patch for corrections, minor for new claims, "
    "kinds and optional fields, major for changes that can break a reader. Ids are never reused. Digests of all "
    "data releases are kept in `releases.jsonl`, so that rows made from an older one are recognised. Report errors "
    "to the maintainers of the package, who correct them in a new data release and record it in the changelog."
)

CHINESE = (
    "本数据集收录 41 条论断，逐字取自一篇作者不详的中文摘要（下称“原文”）。"
    "据原文的形式和末尾两行推断，它概括的是“AI科技大本营”发布的一篇文章（原文末尾所示时间为 2025-10-10 17:52），文章内容是李建忠与 Lukasz Kaiser 的对话。"
    "原文分为十个部分，涉及语言、世界模型、智能体、规模扩展、强化学习和记忆等主题。"
    "每条论断附有原文中的方括号编号（推定为该文章的段落编号）、在原文中的起止位置（以 Unicode 码点计）、SHA-256 哈希值、机器翻译的英文译文，以及由语言模型标注的标签。",
    "原文是摘要，不是实录：它未注明说话人，所概括的文章也未收入本数据集。"
    "请勿将论断作为某位对话者的原话引用。"
    "对话者的角色（采访者、受访者）是根据标题推断的。"
    "英文译文和所有标注均由语言模型生成，没有人工标注者参与；"
    "两次标注之间的一致程度，只反映同一模型自身的一致性。",
    "原文作者不详，权利人尚未确定，也不排除原文由机器生成。"
    "收录原文仅为便于核对位置、引文和哈希值，并不就原文授予任何使用许可。"
    "英文译文、标签及其他标注层，在我们享有权利的范围内采用 CC BY 4.0 许可协议；"
    "原文的相关权利不受影响。"
    "权利人如需移除原文，可在项目的问题跟踪页面开通后，通过该页面提出。",
)
