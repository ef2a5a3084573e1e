"""BLEU by sacrebleu and ROUGE by rouge-score.

reference_scores.py bleu CASES OUT     CASES: a JSON list of {"hypotheses", "references", "tokenize", "lowercase"},
                                       references as lists of versions; OUT: a list of score, counts, totals, lengths
reference_scores.py rouge CASES OUT    CASES: a JSON list of {"hypothesis", "references", "stemmer"}; OUT: of each kind
                                       precision, recall and F-measure
reference_scores.py stem CASES OUT     CASES: a JSON list of words; OUT: their stems
"""
import json
import sys


def bleu(cases):
    from sacrebleu.metrics import BLEU

    for case in cases:
        metric = BLEU(tokenize=case["tokenize"], lowercase=case["lowercase"], force=True)
        score = metric.corpus_score(case["hypotheses"], case["references"])
        yield [score.score, score.counts, score.totals, score.sys_len, score.ref_len, score.bp]


def rouge(cases):
    from rouge_score.rouge_scorer import RougeScorer

    kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    for case in cases:
        scores = RougeScorer(kinds, use_stemmer=case["stemmer"]).score_multi(case["references"], case["hypothesis"])
        yield [list(map(float, scores[kind])) for kind in kinds]


def stem(words):
    from nltk.stem.porter import PorterStemmer

    stemmer = PorterStemmer()
    yield from map(stemmer.stem, words)


if __name__ == "__main__":
    kind, source, target = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        cases = json.load(file)
    with open(target, "w", encoding="utf-8") as file:
        json.dump(list({"bleu": bleu, "rouge": rouge, "stem": stem}[kind](cases)), file)
