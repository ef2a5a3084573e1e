import LMRuntime

extension Generator {
  /// A common beginning that is worth waiting for until another prompt has read it.
  private static var worthSharing: Int { 8 }

  /// Streams for the next requests of `queue`, at most `limit`, their prompts read.
  ///
  /// Those that begin like another of the same group wait until it has read its prompt, and go on from there.
  func admit(
    _ queue: inout ArraySlice<(Int, GenerationRequest)>, _ limit: Int, _ active: [GenerationStream],
    _ start: ContinuousClock.Instant
  ) throws(LMError) -> [GenerationStream] {
    var waiting = Array(queue.prefix(limit))
    queue = queue.dropFirst(waiting.count)
    var admitted: [GenerationStream] = []
    var known = active.map(\.sequence)
    if let kept, waiting.contains(where: { kept.commonPrefix(with: $0.1.prompt) > 0 }) { known.append(kept) }
    if !waiting.isEmpty { kept = nil }
    while !waiting.isEmpty {
      let group = Self.readsTogether(waiting.map(\.1.prompt), known)
      let began = ContinuousClock.now
      var streams: [GenerationStream] = []
      let isAlone = waiting.count == 1 && active.isEmpty && admitted.isEmpty
      for place in group {
        let (index, request) = waiting[place]
        let sequence = beginning(of: request.prompt, known, mayTake: isAlone)
        streams.append(try GenerationStream(index, request, sequence, start: start))
      }
      let scores = engine.read(streams.map(\.sequence), streams.map(\.unread))
      for (stream, row) in zip(streams, scores) { stream.beginAnswer(row, from: began) }
      known += streams.map(\.sequence)
      admitted += streams
      waiting = waiting.indices.filter { !group.contains($0) }.map { waiting[$0] }
    }
    return admitted
  }

  /// The prompts that should be read now: all but those that have more in common with one of them than with
  /// what is known.
  private static func readsTogether(_ prompts: [[Int32]], _ known: [CachedSequence]) -> [Int] {
    var group: [Int] = []
    for (index, prompt) in prompts.enumerated() {
      let best = known.map { $0.commonPrefix(with: prompt) }.max() ?? 0
      let shared = group.map { other in zip(prompts[other], prompt).prefix { $0 == $1 }.count }.max() ?? 0
      if min(shared, prompt.count - 1) < best + worthSharing { group.append(index) }
    }
    return group
  }

  /// A sequence that has read as much as is known of `prompt`, but not its last token, whose scores are
  /// needed. `mayTake` lets it be the known one itself, which nobody else goes on with.
  private func beginning(of prompt: [Int32], _ known: [CachedSequence], mayTake: Bool) -> CachedSequence {
    let lengths = known.map { $0.commonPrefix(with: prompt) }
    // Where tokens see the whole prompt, what was read of another prompt is of no use.
    guard !model.configuration.seesWholePrompt,
      let best = lengths.indices.max(by: { lengths[$0] < lengths[$1] }), lengths[best] > 0
    else {
      return engine.makeSequence()
    }
    let sequence = mayTake ? known[best] : known[best].fork()
    sequence.truncate(to: min(lengths[best], prompt.count - 1))
    return sequence
  }
}
