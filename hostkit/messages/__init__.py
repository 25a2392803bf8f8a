"""Messages between the processes of a host, and the channel that carries them."""

from hostkit.messages._channel import Channel, Receiver, Recipient
from hostkit.messages._counts import MessageCounts
from hostkit.messages._envelope import Envelope, Keys, Refusal
from hostkit.messages._message import LONGEST_BYTES, Message
from hostkit.messages._messages import Messages
from hostkit.messages._notice import Notice, shown
from hostkit.messages._redis import RedisChannel

__all__ = [
    "LONGEST_BYTES",
    "Channel",
    "Envelope",
    "Keys",
    "Message",
    "MessageCounts",
    "Messages",
    "Notice",
    "Receiver",
    "Recipient",
    "RedisChannel",
    "Refusal",
    "shown",
]
