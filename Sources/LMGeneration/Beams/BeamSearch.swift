import Glibc

/// The bookkeeping of beam search over one prompt, step by step as transformers' `generate` does it (version 5,
/// `_beam_search`), in single precision like there, so that equal scores give equal texts.
struct BeamSearch {
  /// A text that goes on.
  struct Running {
    var ids: [Int32] = []
    var score: Float
    /// Index among the running texts of the step before.
    var parent = 0
  }

  /// A text that has ended, or a place for one.
  private struct Finished {
    var ids: [Int32] = []
    var score: Float
    var isFinished = false
  }

  private struct Candidate {
    let score: Float
    let beam: Int
    let id: Int32
  }

  private static let never: Float = -1e9
  private let settings: BeamSettings
  private let maximumTokens: Int
  private let stopIDs: Set<Int32>
  private var finished: [Finished]
  private var canImprove = true
  private var length = 0
  private var scores = TokenScores()

  /// The texts that go on.
  private(set) var running: [Running]
  /// Whether the search has ended.
  private(set) var isDone = false

  init(_ settings: BeamSettings, maximumTokens: Int, stopIDs: Set<Int32>) {
    self.settings = settings
    self.maximumTokens = maximumTokens
    self.stopIDs = stopIDs
    // All texts begin alike: only the first counts in the first step.
    running = (0..<settings.beams).map { Running(score: $0 == 0 ? 0 : Self.never) }
    finished = (0..<settings.beams).map { _ in Finished(score: Self.never) }
  }

  /// Takes the scores `[V]` of the next token of every running text.
  /// - Complexity: O(beams · V).
  mutating func advance(_ logits: [UnsafeBufferPointer<Float>]) {
    let candidates = best(logits)
    length += 1
    let hits = candidates.map { stopIDs.contains($0.id) || length == maximumTokens }
    let next = zip(candidates, hits).map { candidate, hit in
      Running(
        ids: running[candidate.beam].ids + [candidate.id], score: candidate.score + (hit ? Self.never : 0),
        parent: candidate.beam)
    }
    finish(candidates, hits, next)
    running = Array(Self.best(next, settings.beams, by: \.score))
    updateEnd(hits)
  }

  /// The best continuations of all texts: so many that `beams` of them go on though others end.
  private mutating func best(_ logits: [UnsafeBufferPointer<Float>]) -> [Candidate] {
    let count = max(2, 1 + stopIDs.count) * settings.beams
    var all: [Candidate] = []
    for (beam, row) in logits.enumerated() {
      let top = row.max() ?? 0
      let total = row.reduce(0.0) { $0 + exp(Double($1 - top)) }
      let logTotal = Float(log(total))
      scores.keepTopK(count, of: row)
      all += scores.candidates.map {
        Candidate(score: ($0.score - top - logTotal) + running[beam].score, beam: beam, id: $0.id)
      }
    }
    return Array(Self.best(all, count, by: \.score))
  }

  /// Keeps the best of the finished texts and those of the first `beams` candidates that end now.
  private mutating func finish(_ candidates: [Candidate], _ hits: [Bool], _ next: [Running]) {
    let divisor = pow(Float(length), settings.lengthPenalty)
    let isFull = settings.stopping == .early && finished.allSatisfy(\.isFinished)
    var merged = finished
    for (index, candidate) in candidates.enumerated() {
      let ends = hits[index] && index < settings.beams
      var score = candidate.score / divisor
      if isFull { score += Self.never }
      if !canImprove { score += Self.never }
      if !ends { score += Self.never }
      merged.append(Finished(ids: next[index].ids, score: score, isFinished: ends))
    }
    finished = Array(Self.best(merged, settings.beams, by: \.score))
  }

  private mutating func updateEnd(_ hits: [Bool]) {
    let longest = settings.stopping == .never && settings.lengthPenalty > 0 ? maximumTokens : length
    let possible = (running.first?.score ?? 0) / pow(Float(longest), settings.lengthPenalty)
    let worst = finished.map(\.score).min() ?? 0
    canImprove = canImprove && finished.contains { possible > ($0.isFinished ? worst : Self.never) }
    let isFull = settings.stopping == .early && finished.allSatisfy(\.isFinished)
    isDone = !canImprove || isFull || hits.allSatisfy { $0 }
  }

  /// The `count` best, best first; of equal ones the earlier.
  private static func best<Item>(_ items: [Item], _ count: Int, by score: KeyPath<Item, Float>)
    -> ArraySlice<Item>
  {
    items.enumerated().sorted {
      ($0.element[keyPath: score], $1.offset) > ($1.element[keyPath: score], $0.offset)
    }.map(\.element).prefix(count)
  }

  /// The finished texts, best first.
  var results: [BeamResult] {
    finished.filter(\.isFinished).map { text in
      guard let last = text.ids.last, stopIDs.contains(last) else {
        return BeamResult(ids: text.ids, score: text.score, stopReason: .maximumTokens)
      }
      return BeamResult(ids: text.ids.dropLast(), score: text.score, stopReason: .stopToken(last))
    }
  }
}
