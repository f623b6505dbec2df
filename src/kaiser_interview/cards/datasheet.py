"""What a reader of the data set should know, question by question.

The questions are those of Gebru et al., *Datasheets for Datasets* (2021). The dataset card prints the
answers, and Croissant's fields for responsible AI repeat them.
"""

__all__ = [
    "AGREEMENT",
    "ANNOTATORS",
    "BIASES",
    "CHINESE",
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
    "SOCIAL",
    "TOOL",
    "USES",
    "WHOLE",
]

MOTIVATION = (
    "To give work on a published dialogue about language models, world models, agents, scaling, reinforcement "
    "learning and memory a base that can be trusted to the character: claims that can be cited, and that "
    "translations, labels, questions and verdicts made of them can be checked against."
)
WHOLE = (
    "The claims are all of them: every character of the source belongs to exactly one segment (heading, "
    "claim, marker, separator, …), and no claim is left out or chosen. It has no splits; `train` is what the Hub calls a "
    "table of one part. Nothing is missing, and null means that a field says nothing."
)
COLLECTION = (
    "One text was taken over byte for byte: the summary that the outlet AI科技大本营 published on "
    "2025-10-10. A program cuts it at its own headings, separators and markers; no claim was typed by hand. "
    "The dialogue itself was not recorded or transcribed by us, and the paragraphs that the summary numbers "
    "are not part of it."
)
PREPARATION = (
    "None of the text: no normalisation, no correction. A claim's `text` is what stands between `start` and "
    "`end` of the source, in Unicode code points, end exclusive."
)
ENGLISH = (
    "English of claims, headings and headline: one translation each, then a second reading against the "
    "Chinese by a separate run of the same model, whose twelve corrections are kept with their reasons."
)
LABELS = (
    "Labels for topic (one to four a claim), claim type and horizon (exactly one each): two passes, the second "
    "blind to the first. Each disagreement was settled for one side, with the reason kept."
)
MENTIONS = (
    "Mentions of models, architectures, methods, products and concepts with exact offsets, and relations "
    "between claims, each with its reason; a separate run of the same model reviewed them."
)
TOOL = "A large language model (`creator`: `claude`)."
ANNOTATORS = "No human annotator took part; every row of a layer says `method`: `model`."
AGREEMENT = (
    ("claim type", "Cohen's κ", "0.85", "36 of 41"),
    ("horizon", "Cohen's κ", "0.89", "38 of 41"),
    ("topic, the set", "Krippendorff's α, MASI", "0.77", "27 of 41"),
)
"""Scheme, figure, its value, and how many claims were labelled the same: the two passes against each other."""

USES = (
    "Finding, reading and citing what the summary says, in Chinese and English.",
    "A base for derived data whose quotes and references are checked: translations, labels, question sets, "
    "verdicts, embeddings.",
    "A small, exact test bed for tools that quote, attribute, translate or validate.",
)
MISUSES = (
    "Quoting a claim as words of Lukasz Kaiser or Li Jianzhong: it is a summary's wording, and it does not "
    "say who speaks.",
    "Taking a claim for a fact, or for what anybody thinks today.",
    "Taking the labels for human judgement, or their agreement for agreement between people.",
    "Training or measuring a model on it as if 41 sentences were a sample of anything.",
)
LIMITS = (
    "A summary, not a transcript: it does not say, sentence by sentence, who speaks.",
    "The numbers in brackets name paragraphs of the original, which are not part of the data.",
    "The English is a machine translation; three readings are uncertain, and their rows say so.",
    "The labels are one model's, in two passes; their agreement is a machine's consistency with itself.",
    "The time of publication is as printed and names no zone.",
)
BIASES = (
    "One outlet's selection and wording of one dialogue on one day.",
    "Subjects and emphases are those of two people who work on artificial intelligence.",
    "English, labels, mentions and relations carry the habits of the one model that made them.",
)
PERSONAL = "The names of the two participants, as the published headline prints them, and nothing else about a person."
SOCIAL = (
    "Claims are easily passed on as a named person's words. Everything here that copies one for citation says "
    "that it is a summary's wording and does not say who speaks."
)
MAINTENANCE = (
    "One semantic version for package and data: patch for corrections, minor for new claims, kinds and optional "
    "fields, major for what can break a reader. Ids are never reused; digests of all releases are kept in "
    "`releases.jsonl`, so that rows made from an older release can be told. Errors are reported to the "
    "maintainers of the package, who correct them in a new release and say so in its changelog."
)
CHINESE = (
    "本数据集收录 41 条论断,逐字取自 AI科技大本营 2025 年 10 月 10 日发布的一篇中文摘要,内容是李建忠与 Lukasz Kaiser "
    "(Transformer 的共同发明人之一)的十段对话,涉及语言、世界模型、智能体、规模扩展、强化学习与记忆。每条论断附有它所依据的段落编号、"
    "在原文中的起止位置(Unicode 码点)、摘要值(SHA-256)、机器翻译的英文和由语言模型标注的标签。",
    "这是摘要,不是实录:它没有逐句说明由谁说出,编号所指的段落也不在数据之中。请勿把论断当作某位对话者的原话引用。"
    "英文与所有标注均由语言模型生成,两次标注之间的一致性只是同一模型的自我一致性,没有人工标注者参与。",
    "源文本的著作权属于其发布者,收录它只是为了能够核对位置、引文与摘要值,不授予任何使用许可;英文、标签及其他标注层采用 CC BY 4.0 许可。",
)
