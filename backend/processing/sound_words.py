"""The text that a sound is found by: YAMNet's label and, where people say it in other words, those words.

Added only where the label alone would miss the plain phrase: who makes the sound ("dog barking" for "Bark"), or the everyday name.
Word endings need no entry, the index stems.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# AudioSet's "Acoustic environment" and silence: where something was recorded, not what is heard.
NOT_SEARCHED = frozenset(
    {
        "Silence",
        "Inside, small room",
        "Inside, large room or hall",
        "Inside, public space",
        "Outside, urban or manmade",
        "Outside, rural or natural",
        "Field recording",
        "Sound effect",
        "Sidetone",
        "Reverberation",
    }
)

ALSO_SAID = {
    "Speech": "people talking, voice",
    "Child speech, kid speaking": "child talking",
    "Conversation": "people talking",
    "Children shouting": "kids yelling",
    "Screaming": "scream, shriek",
    "Crying, sobbing": "weeping",
    "Baby cry, infant cry": "crying baby",
    "Baby laughter": "laughing baby",
    "Singing": "person singing, song, vocals",
    "Rapping": "rap",
    "Snoring": "person snoring, sleeping",
    "Cough": "person coughing",
    "Sneeze": "person sneezing",
    "Walk, footsteps": "steps, walking person",
    "Clapping": "hand clapping",
    "Cheering": "crowd cheering",
    "Applause": "clapping audience",
    "Chatter": "people talking",
    "Crowd": "crowd of people",
    "Hubbub, speech noise, speech babble": "people talking",
    "Heart sounds, heartbeat": "heart beating",
    "Bark": "dog barking",
    "Bow-wow": "dog barking",
    "Yip": "dog yelping",
    "Howl": "dog or wolf howling",
    "Growling": "dog growling",
    "Whimper (dog)": "dog whining",
    "Purr": "cat purring",
    "Meow": "cat meowing",
    "Hiss": "cat or snake hissing",
    "Clip-clop": "horse hooves, galloping",
    "Neigh, whinny": "horse neighing",
    "Cattle, bovinae": "cow",
    "Moo": "cow mooing",
    "Oink": "pig grunting",
    "Bleat": "sheep or goat bleating",
    "Cluck": "chicken, hen clucking",
    "Crowing, cock-a-doodle-doo": "rooster crowing",
    "Quack": "duck quacking",
    "Honk": "goose honking",
    "Roar": "lion roaring",
    "Bird vocalization, bird call, bird song": "birds singing, birdsong",
    "Chirp, tweet": "bird chirping",
    "Coo": "pigeon cooing",
    "Caw": "crow cawing",
    "Hoot": "owl hooting",
    "Cricket": "crickets chirping",
    "Buzz": "insect buzzing",
    "Croak": "frog croaking",
    "Acoustic guitar": "guitar playing",
    "Guitar": "guitar playing",
    "Piano": "piano playing",
    "Violin, fiddle": "violin playing",
    "Drum": "drums, drumming",
    "Drum kit": "drums, drumming",
    "Church bell": "bell ringing",
    "Bell": "bell ringing",
    "Wind": "wind blowing, windy",
    "Thunderstorm": "thunder, storm, lightning",
    "Rain": "raining, rainfall",
    "Rain on surface": "rainfall",
    "Raindrop": "rain drops",
    "Stream": "river, brook, running water",
    "Ocean": "sea",
    "Waves, surf": "sea, ocean waves",
    "Fire": "fire burning, flames",
    "Crackle": "fire crackling",
    "Car": "automobile",
    "Car passing by": "traffic",
    "Vehicle horn, car horn, honking": "beeping car",
    "Toot": "horn tooting",
    "Tire squeal": "screeching tyres",
    "Skidding": "screeching tyres",
    "Truck": "lorry",
    "Motorcycle": "motorbike",
    "Police car (siren)": "police siren",
    "Ambulance (siren)": "ambulance siren",
    "Fire engine, fire truck (siren)": "fire engine siren",
    "Subway, metro, underground": "subway train",
    "Fixed-wing aircraft, airplane": "plane, aeroplane",
    "Aircraft": "plane, airplane",
    "Jet engine": "plane, airplane",
    "Accelerating, revving, vroom": "engine revving",
    "Engine starting": "car starting",
    "Door": "door opening or closing",
    "Slam": "door slamming",
    "Knock": "door knocking",
    "Doorbell": "door bell ringing",
    "Water tap, faucet": "running water",
    "Toilet flush": "flushing toilet",
    "Frying (food)": "frying, cooking, sizzling",
    "Computer keyboard": "keyboard typing",
    "Typing": "keyboard typing",
    "Telephone bell ringing": "phone ringing",
    "Telephone": "phone",
    "Ringtone": "phone ringing",
    "Alarm clock": "alarm ringing",
    "Smoke detector, smoke alarm": "beeping alarm",
    "Tick-tock": "clock ticking",
    "Tick": "clock ticking",
    "Camera": "camera shutter",
    "Gunshot, gunfire": "gun shooting, shot",
    "Machine gun": "gun shooting",
    "Shatter": "glass breaking",
    "Glass": "glass clinking",
    "Splash, splatter": "water splashing",
    "Drip": "water dripping",
    "Pour": "pouring water",
    "Hammer": "hammering",
    "Sawing": "saw",
    "Drill": "drilling",
}


def searchable(labels: Sequence[str]) -> npt.NDArray[np.bool_]:
    """bool[labels]: false for what nobody looks for."""
    return np.array([label not in NOT_SEARCHED for label in labels], bool)


def words_of(label: str) -> str:
    """The text to index for a label."""
    more = ALSO_SAID.get(label)
    return f"{label} ({more})" if more else label
