import Synchronization

/// Encoders that rest between calls with their caches warm: as many as calls have run at the same time.
final class EncoderPool: Sendable {
  private let model: BPEModel
  private let resting = Mutex<[Resting]>([])

  /// An encoder that no thread uses; whoever takes it out of the list has it alone.
  private final class Resting: @unchecked Sendable {
    var encoder: BPEEncoder
    init(_ model: BPEModel) { encoder = BPEEncoder(model) }
  }

  init(_ model: BPEModel) { self.model = model }

  /// Runs `body` with an encoder that no other thread uses meanwhile.
  func withEncoder(_ body: (inout BPEEncoder) -> Void) {
    let taken = resting.withLock { $0.popLast() } ?? Resting(model)
    body(&taken.encoder)
    resting.withLock { $0.append(taken) }
  }
}
